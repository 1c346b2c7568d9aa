/** Signals that end serving, as long as somebody serves. */

/** Calls back at each of these signals. To be called: what stops that. */
export function onSignals(signals: readonly NodeJS.Signals[], end: () => void): () => void {
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}
