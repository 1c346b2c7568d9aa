/** An error on its way out of a thread. */
import { formatException } from '@p8/errors';
import { MaybeEncodingError } from './future-errors.ts';

/** Sends what was thrown, or says in its place that it cannot be sent: it need not be an error, and may hold anything. */
export function sendFailure(thrown: unknown, send: (sendable: unknown) => void): void {
  try {
    send(thrown);
  } catch (unsent) {
    const reason = (unsent as Error).message;
    send(new MaybeEncodingError(`Error sending exception: ${reason}\n${formatException(thrown)}`));
  }
}
