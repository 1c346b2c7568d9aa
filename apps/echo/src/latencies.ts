/** How long answers took, in an HdrHistogram: three digits of each, whatever their number. */
import hdr from 'hdr-histogram-js';
import type { Histogram } from 'hdr-histogram-js';

/** What is said of them. */
export const percentiles = [50, 75, 90, 99, 99.9, 99.99, 100] as const;

/** A step of the histogram: how many took less than `below` microseconds, and not less than half of it. */
export interface Step {
  readonly below: number;
  readonly count: number;
}

const LONGEST = 3_600_000_000;

export class Latencies {
  readonly #histogram: Histogram = hdr.build({
    bitBucketSize: 32,
    highestTrackableValue: LONGEST,
    numberOfSignificantValueDigits: 3,
  });
  readonly #steps: number[] = [];

  get count(): number {
    return this.#histogram.totalCount;
  }

  record(milliseconds: number): void {
    const microseconds = Math.min(Math.max(1, Math.round(milliseconds * 1000)), LONGEST);
    this.#histogram.recordValue(microseconds);
    const step = Math.floor(Math.log2(microseconds)) + 1;
    this.#steps[step] = (this.#steps[step] ?? 0) + 1;
  }

  /** In microseconds; 0 if there is none. */
  at(percentile: number): number {
    return this.count === 0 ? 0 : this.#histogram.getValueAtPercentile(percentile);
  }

  /** From the shortest to the longest, each twice the one before. */
  get steps(): Step[] {
    const first = this.#steps.findIndex((count) => count !== undefined);
    if (first < 0) return [];
    return Array.from({ length: this.#steps.length - first }, (_, i) => ({
      below: 2 ** (first + i),
      count: this.#steps[first + i] ?? 0,
    }));
  }
}
