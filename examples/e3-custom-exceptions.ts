/** E3: error classes of your own, with messages, fields and causes. */
import { addNote, attempt, except, formatException, OSError, raise, ValueError } from '@p8/errors';

class PortInUse extends OSError {
  readonly port: number;
  constructor(port: number, options?: ErrorOptions) {
    super(`port ${port} is in use`, options);
    this.port = port;
  }
}

class ConfigError extends ValueError {}

function listen(port: number): never {
  throw new PortInUse(port, { cause: new OSError(98, { syscall: 'bind', address: ['127.0.0.1', port] }) });
}

// Caught by its own class, with its field
console.log(
  attempt(
    () => listen(8080),
    except(PortInUse, (error) => `${error.name}: try ${error.port + 1}`),
  ),
);

// Caught by its parent
console.log(
  attempt(
    () => listen(8080),
    except(OSError, (error) => `${error.message}; instanceof PortInUse: ${error instanceof PortInUse}`),
  ),
);

// Raised from another error, with a note, and shown whole
attempt(
  () =>
    attempt(
      () => Number.parseInt('eighty', 10) || raise(new ValueError("'eighty' is no number")),
      except(ValueError, (cause) => {
        const error = new ConfigError('bad port', { cause });
        addNote(error, 'in server.toml, line 3');
        return raise(error);
      }),
    ),
  except(ConfigError, (error) => console.log(formatException(error, { limit: 0 }))),
);
