/** What the table knows about a command. The session checks all of it before the command runs. */
import type { Reply } from '../replies.ts';
import type { Session } from '../session.ts';

export interface Command {
  readonly verb: string;
  /** For HELP and for a command without its argument. */
  readonly syntax: string;
  /** 530 before the login. */
  readonly needsLogin: boolean;
  /** 501 for an argument where there is none, and for none where one is needed. */
  readonly argument: 'none' | 'optional' | 'required';
  /** 550 for those who may only read. */
  readonly writes?: boolean;
  /** Uses up the data port and the offset of REST, also when it is refused. */
  readonly transfers?: boolean;
  /** Runs while a transfer does, when nothing was sent before it that waits. */
  readonly duringTransfer?: boolean;
  /** Returns the last reply, or undefined when it is sent already. `offset` is that of REST, 0 without one. */
  run(session: Session, argument: string, offset: number): Reply | undefined | Promise<Reply | undefined>;
}
