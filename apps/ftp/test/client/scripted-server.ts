/**
 * The other end of a conversation that a test writes down line by line: what must be heard, what is said. For servers
 * that no program plays: hostile, broken, or old ones.
 */
import { attempt, ConnectionResetError, except } from '@p8/errors';
import { createServer } from '@p8/socket';
import type { InternetAddress, Socket } from '@p8/socket';

/** The server's side of one session. */
export class Conversation {
  readonly #socket: Socket;
  #received = '';

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.settimeout(10);
  }

  /** Sends lines, with their ends. */
  async say(...lines: readonly string[]): Promise<void> {
    await this.raw(lines.map((line) => `${line}\r\n`).join(''));
  }

  /** Sends these very bytes. */
  async raw(bytes: string | Uint8Array): Promise<void> {
    await this.#socket.sendall(bytes);
  }

  /** The next line; '' when the client has hung up. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#received.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + 2);
        return line;
      }
      const bytes = await attempt(
        () => this.#socket.recv(4096),
        except(ConnectionResetError, () => Buffer.alloc(0)), // it has hung up with a reply unread
      );
      if (bytes.length === 0) return this.#received;
      this.#received += bytes.toString('latin1');
    }
  }

  /** Expects this command, and answers. */
  async hear(command: string, ...answer: readonly string[]): Promise<void> {
    const line = await this.line();
    if (line !== command) throw new Error(`expected ${JSON.stringify(command)}, heard ${JSON.stringify(line)}`);
    await this.say(...answer);
  }

  /** Greets and lets log in. */
  async greet(): Promise<void> {
    await this.say('220 scripted');
    await this.hear('USER anonymous', '230 in');
  }

  /** Answers EPSV with a port, and gives the listening socket. */
  async passive(): Promise<Socket> {
    const listener = createServer(['127.0.0.1', 0]);
    listener.settimeout(10);
    await this.hear('EPSV', `229 here (|||${portOf(listener)}|)`);
    return listener;
  }

  close(): void {
    this.#socket.close();
  }
}

export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** Settles with the script: a test awaits it to know that the client kept to it. */
  readonly done: Promise<void>;
}

/** A server for one session, which follows the script and then hangs up. */
export function scripted(script: (conversation: Conversation) => Promise<void>): ScriptedServer {
  const listener = createServer(['127.0.0.1', 0]);
  const done = (async () => {
    using socket = (await listener.accept())[0];
    await script(new Conversation(socket));
  })();
  done.catch(() => {});
  return {
    port: portOf(listener),
    done,
    async [Symbol.asyncDispose]() {
      listener.close();
      await done.catch(() => {});
    },
  };
}

export function portOf(socket: Socket): number {
  return (socket.getsockname() as InternetAddress)[1];
}
