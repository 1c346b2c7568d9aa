/** Imported by a thread: gives a function of a program that never sent one, and may still be waiting. */
export async function ofProgram(url: string): Promise<unknown> {
  const program = (await import(url)) as { unsent: unknown };
  return program.unsent;
}
