/** A module that cannot be required. */
await Promise.resolve();

export function target(): void {}
