/** What every server written in TypeScript does for the runner. */

/**
 * Prints the port, ends the program on SIGTERM, and collects garbage on SIGUSR2 when Node runs with `--expose-gc`, so
 * that memory can be read without what is already dead; the port printed once more says that it is done.
 */
export function announce(port: number): void {
  process.on('SIGTERM', () => process.exit(0));
  process.on('SIGUSR2', () => {
    globalThis.gc?.();
    console.log(port);
  });
  console.log(port);
}
