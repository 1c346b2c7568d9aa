import { attempt, except, ValueError } from '@p8/errors';
import { isMain, setExcepthook, Thread, ThreadPool, WorkerLostError } from '@p8/threading';

export function parse(text: string): number {
  if (text === '') throw new ValueError('nothing to parse');
  if (text === 'exit') process.exit(3);
  return Number(text);
}

if (isMain(import.meta)) {
  // without a hook the traceback is printed to stderr
  setExcepthook(({ excValue, thread }) => console.log(`${thread.name}: ${String(excValue)}`));
  const thread = new Thread({ target: parse, args: [''], name: 'parser' });
  thread.start();
  await attempt(
    () => thread.join(),
    except(ValueError, (error) => console.log('joined:', error.message)),
  );

  await using pool = new ThreadPool(1);
  await attempt(
    () => pool.apply(parse, ['exit']),
    except(WorkerLostError, (error) => console.log('lost:', error.exitcode)),
  );
  console.log(await pool.apply(parse, ['42']));
}
