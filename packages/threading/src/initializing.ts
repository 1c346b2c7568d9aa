/** What each member of a pool does before its first task. */
export type Initializing<Args extends readonly unknown[]> =
  | { readonly initializer?: undefined; readonly initargs?: undefined }
  | ({
      /** Called first in each thread or process: an exported function. */
      readonly initializer: (...args: Args) => unknown;
    } & ([] extends Args ? { readonly initargs?: NoInfer<Args> } : { readonly initargs: NoInfer<Args> }));

/** Raises TypeError for an initializer that is no function. */
export function checkInitializer(initializer: unknown): void {
  if (initializer !== undefined && typeof initializer !== 'function') {
    throw new TypeError('initializer must be a callable');
  }
}
