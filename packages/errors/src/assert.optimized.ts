/** What `assert` is under `node -C optimize`: nothing. The condition itself is still evaluated by the caller. */
export function assert(_condition: unknown, _message?: string | (() => string)): asserts _condition {}
