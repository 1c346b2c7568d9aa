/** What a child is told, once: who it is, and then, since that needs the modules of the program, what it shall do. */
export interface Preparation {
  readonly name: string;
  readonly daemon: boolean;
  /** Its number below the numbers of its parent, for names that nobody chose. */
  readonly identity: readonly number[];
  readonly authkey: Uint8Array;
  readonly startMethod: StartMethod;
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly parent: { readonly pid: number; readonly name: string };
}

/** The class, if it is a subclass of Process, with its fields; the target and its arguments. */
export type Work = readonly [
  type: Function | null,
  fields: object,
  target: ((...args: never) => unknown) | null,
  args: readonly unknown[],
];

/** How a process is started: afresh each time, or by a spare that waits warm. */
export type StartMethod = 'spawn' | 'forkserver';
