/** A bar for one transfer, on a terminal only: a log or a pipe gets none. */
import cliProgress from 'cli-progress';
import { printable } from './names.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number of bytes for people: `12.3 MiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)), UNITS.length - 1);
  return power === 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`;
}

export class ProgressBar implements Disposable {
  readonly #bar: cliProgress.SingleBar | undefined;
  readonly #started: number = performance.now();
  /** What was done before: it says nothing about the speed. */
  #first: number | undefined;

  /** Shows a bar with this name if the stream is a terminal. */
  constructor(name: string, stream: NodeJS.WriteStream = process.stderr) {
    if (!stream.isTTY) return;
    this.#bar = new cliProgress.SingleBar({
      stream,
      format: `${printable(name).replaceAll(/[{}]/g, '?')} [{bar}] {share} | {bytes} | {speed}/s`,
      barCompleteChar: '#',
      barIncompleteChar: '-',
      hideCursor: true,
      gracefulExit: false, // Ctrl-C is handled where the transfer is ended
    });
    this.#bar.start(1, 0, { share: '', bytes: '', speed: '' });
  }

  /** Tells how far it has come; `total` if it is known. */
  readonly update = (done: number, total?: number): void => {
    if (this.#bar === undefined) return;
    this.#first ??= done;
    const seconds = Math.max((performance.now() - this.#started) / 1000, 0.001);
    const speed = formatBytes(Math.round((done - this.#first) / seconds));
    const share = total === undefined ? '' : `${total === 0 ? 100 : Math.floor((done / total) * 100)}%`;
    const bytes = total === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`;
    this.#bar.setTotal(Math.max(total ?? done + 1, 1));
    this.#bar.update(done, { share, bytes, speed });
  };

  [Symbol.dispose](): void {
    this.#bar?.stop();
  }
}
