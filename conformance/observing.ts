/** What a call does, as the golden cases write it. */

/** How a call is made: with promises, or blocking. */
export type Form = '' | 'Sync';

/** Calls the form of a method, whatever it is. */
export async function call<T>(form: Form, target: object, method: string, ...args: readonly unknown[]): Promise<T> {
  const methods = target as Record<string, (...all: readonly unknown[]) => T | Promise<T>>;
  return await methods[`${method}${form}`]!(...args);
}

/** The class and the message of what it raises; null if it raises nothing. */
export async function exc(body: () => unknown): Promise<unknown> {
  try {
    await body();
    return null;
  } catch (error) {
    const { name, message, errno } = error as Error & { errno?: number };
    // OSError of a text has a number of None in Python, and none of the others has one
    const number = name === 'OSError' ? { errno: null } : errno === undefined ? {} : { errno };
    return { class: name, message, ...number };
  }
}
