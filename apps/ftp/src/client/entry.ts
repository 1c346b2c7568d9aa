/** One file of a listing, whichever command made it. */

export type EntryType = 'file' | 'dir' | 'link' | 'other';

export interface Entry {
  /** The bare name: it never holds a slash, CR, LF or NUL and is never `.` or `..`, so it may be joined to a folder. */
  readonly name: string;
  readonly type: EntryType;
  /** In bytes. */
  readonly size?: number;
  /**
   * When it was changed. From MLSD in UTC; from LIST to the minute or the day, and in the server's own zone, which the
   * listing does not tell: read as UTC.
   */
  readonly modify?: Date;
  /** Permission bits: 0o644. */
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  /** Where a symbolic link points to, as the server tells it: not cleaned. */
  readonly target?: string;
  /** All facts of MLSD, with names in small letters; empty from LIST. */
  readonly facts: Readonly<Record<string, string>>;
}
