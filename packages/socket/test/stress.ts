/** How much longer a stress test runs when it is asked for: `P8_STRESS=1 scripts/dev vitest run packages/socket`. */
export function scale(times: number): number {
  return process.env['P8_STRESS'] === '1' ? times : 1;
}
