/** The tiny task, in a form for each pool: piscina and tinypool call the default export. */
export function double(x: number): number {
  return 2 * x;
}

// oxlint-disable-next-line import/no-default-export -- what piscina and tinypool call
export default double;
