/** A program whose main part is not guarded. */
import { Thread } from '@p8/threading';

export function work(): void {
  console.log('work');
}

const thread = new Thread({ target: work });
thread.start();
await thread.join();
