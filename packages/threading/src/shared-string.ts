import { ValueError } from '@p8/errors';
import { reducible } from '@p8/pickle';
import { SharedBytes } from './shared-bytes.ts';

/** A text that all threads share, read and set as one; its UTF-8 has room up to a length that is fixed when it is made. */
export class SharedString {
  static {
    reducible(SharedString, (text) => [SharedString, [text.#bytes]]);
  }

  readonly #bytes: SharedBytes;

  /**
   * Raises ValueError if the capacity is not a whole number from 0 up, or too small for the text.
   *
   * @param init the first text, or how many bytes of UTF-8 there can be; or the bytes which it shall be, as another thread sends them
   * @param capacity how many bytes of UTF-8 there can be; default: as many as the first text has
   */
  constructor(init: string | number | SharedBytes, capacity?: number) {
    if (init instanceof SharedBytes) this.#bytes = init;
    else this.#bytes = new SharedBytes(typeof init === 'string' ? encoded(init) : init, capacity);
  }

  /** How many bytes of UTF-8 there can be. */
  get capacity(): number {
    return this.#bytes.capacity;
  }

  /** What it is now. Setting it raises ValueError if there is no room. */
  get value(): string {
    return this.#bytes.get().toString();
  }

  set value(text: string) {
    this.#bytes.set(encoded(text));
  }

  /** Sets it; comes back: what it was before. Raises ValueError if there is no room. */
  exchange(text: string): string {
    return this.#bytes.exchange(encoded(text)).toString();
  }

  /** Sets it if it is what is expected; comes back: what it was before. Raises ValueError if there is no room. */
  compareExchange(expected: string, text: string): string {
    return this.#bytes.compareExchange(encoded(expected), encoded(text)).toString();
  }
}

function encoded(text: string): Buffer {
  if (typeof text !== 'string') throw new TypeError(`the text must be a string, not ${typeof text}`);
  if (text.isWellFormed()) return Buffer.from(text);
  throw new ValueError('the text holds half of a surrogate pair, which UTF-8 cannot: use text.toWellFormed()');
}
