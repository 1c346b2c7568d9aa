/** What a server that was made anew in a thread can do to the one that serves. */

export interface Home {
  shutdown(): void;
  serverClose(): void;
}

const homes = new WeakMap<object, Home>();

/** Says that this server is an image, in a thread, of one that serves elsewhere. */
export function setHome(server: object, home: Home): void {
  homes.set(server, home);
}

/** Undefined for a server that serves itself. */
export function homeOf(server: object): Home | undefined {
  return homes.get(server);
}
