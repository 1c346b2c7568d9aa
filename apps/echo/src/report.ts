/** What a load came to: as text, as JSON, and as a picture. */
import type { Latencies } from './latencies.ts';
import { percentiles } from './latencies.ts';
import type { LoadResult } from './load.ts';

const BAR = 40;

/** One line, for while it runs. */
export function progressLine(
  { requests, requestsPerSecond, errors, seconds }: LoadResult,
  latencies: Latencies,
): string {
  const rate = `${Math.round(requestsPerSecond)}/s`;
  return `${seconds.toFixed(0)} s  ${requests} answers  ${rate}  p99 ${time(latencies.at(99))}  ${errors} errors`;
}

export function asText(result: LoadResult, latencies: Latencies): string {
  const { connections, size, seconds, requests, requestsPerSecond, errors, error } = result;
  const most = Math.max(1, ...latencies.steps.map(({ count }) => count));
  const lines = [
    `${connections} connections, ${size} bytes, ${seconds.toFixed(1)} s`,
    `${requests} answers, ${Math.round(requestsPerSecond)} a second, ${errors} errors${error === null ? '' : `: ${error}`}`,
    '',
    ...percentiles.map((percentile) => `p${percentile}`.padEnd(8) + time(latencies.at(percentile)).padStart(10)),
    '',
    ...latencies.steps.map(
      ({ below, count }) =>
        `< ${time(below)}`.padEnd(12) + String(count).padStart(10) + `  ${'#'.repeat(Math.ceil((count / most) * BAR))}`,
    ),
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Latencies in microseconds. */
export function asJson(result: LoadResult, latencies: Latencies): string {
  const latency = Object.fromEntries(percentiles.map((percentile) => [`p${percentile}`, latencies.at(percentile)]));
  return JSON.stringify({ ...result, latency, histogram: latencies.steps }, null, 2);
}

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = 60;

/** The latency of each percentile: p90, p99 and so on are equally far from each other, and so are 1, 10 and 100 ms. */
export function asSvg(result: LoadResult, latencies: Latencies): string {
  const nines = Math.max(1, Math.min(5, Math.log10(Math.max(10, latencies.count))));
  const lowest = Math.floor(Math.log10(Math.max(1, latencies.at(0))));
  const highest = Math.max(lowest + 1, Math.ceil(Math.log10(Math.max(10, latencies.at(100)))));
  const x = (share: number): number => MARGIN + (share / nines) * (WIDTH - 2 * MARGIN);
  const y = (microseconds: number): number =>
    HEIGHT - MARGIN - ((Math.log10(Math.max(1, microseconds)) - lowest) / (highest - lowest)) * (HEIGHT - 2 * MARGIN);
  const points = Array.from({ length: 101 }, (_, i) => (i / 100) * nines)
    .map((share) => `${x(share).toFixed(1)},${y(latencies.at(100 - 100 * 10 ** -share)).toFixed(1)}`)
    .join(' ');
  const ticks = [
    ...Array.from({ length: Math.floor(nines) }, (_, i) => {
      const label = `p${100 - 10 ** (1 - i)}`;
      return `<text x="${x(i + 1)}" y="${HEIGHT - MARGIN + 20}" text-anchor="middle">${label}</text>`;
    }),
    ...Array.from({ length: highest - lowest + 1 }, (_, i) => {
      const level = y(10 ** (lowest + i));
      const line = `<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${level}" y2="${level}" stroke="#ddd"/>`;
      return `${line}<text x="${MARGIN - 8}" y="${level + 4}" text-anchor="end">${time(10 ** (lowest + i))}</text>`;
    }),
  ];
  const title = `${Math.round(result.requestsPerSecond)} a second over ${result.connections} connections, ${result.errors} errors`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${WIDTH / 2}" y="30" text-anchor="middle" font-size="14">${title}</text>
${ticks.join('\n')}
<polyline points="${points}" fill="none" stroke="#06c" stroke-width="2"/>
</svg>
`;
}

function time(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds} µs`;
  if (microseconds < 1_000_000) return `${Number((microseconds / 1000).toPrecision(3))} ms`;
  return `${Number((microseconds / 1_000_000).toPrecision(3))} s`;
}
