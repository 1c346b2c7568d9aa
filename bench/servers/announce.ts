/** What every server written in TypeScript does for the runner. */

/** The path that the runner gives: of the unix socket to listen at (`undefined`: any TCP port of 127.0.0.1), or of the file to send. */
export const path: string | undefined = process.argv[2];

/**
 * Prints where the server listens, ends the program on SIGTERM, and collects garbage on SIGUSR2 when Node runs with
 * `--expose-gc`, so that memory can be read without what is already dead, and without what V8 holds in reserve for new
 * objects; the address printed once more says that it is done.
 */
export function announce(address: string | number): void {
  process.on('SIGTERM', () => process.exit(0));
  process.on('SIGUSR2', () => {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    console.log(address);
  });
  console.log(address);
}
