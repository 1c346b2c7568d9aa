/** What must and must not compile. Checked by the compiler; nothing here runs. */
import { assert, BaseExceptionGroup, ExceptionGroup, KeyError, OSError, TimeoutError, ValueError } from './index.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expectType<Expected>(): <Actual>(
  value: Actual,
  ...same: Equal<Actual, Expected> extends true ? [] : [never]
) => void;

const group = new ExceptionGroup('g', [new OSError(2), new KeyError('k')]);
expectType<ExceptionGroup<OSError | KeyError>>()(group);
const [timeouts, rest] = group.split(TimeoutError);
expectType<BaseExceptionGroup<TimeoutError> | undefined>()(timeouts);
expectType<BaseExceptionGroup<OSError | KeyError> | undefined>()(rest);
expectType<BaseExceptionGroup<KeyError | OSError> | undefined>()(group.subgroup([KeyError, OSError]));
group.split((error) => error instanceof ValueError);
for (const error of group.exceptions) expectType<string>()(error.message);

// @ts-expect-error no error
export const noError: unknown = new ExceptionGroup('g', ['text']);
// @ts-expect-error the message comes first
export const swapped: unknown = new ExceptionGroup([new ValueError()], 'g');
// @ts-expect-error neither a class nor a function
group.split(5);
// @ts-expect-error the errors cannot be replaced
group.exceptions[0] = new ValueError();

// assert narrows, imported by name
declare const value: unknown;
assert(typeof value === 'number', () => 'never called');
expectType<number>()(value);

// An error of the user's own: what the guide shows, and the familiar field `name`
class PortInUse extends OSError {
  readonly port: number;
  constructor(port: number, options?: ErrorOptions) {
    super(`port ${port} is in use`, options);
    this.port = port;
  }
}
expectType<number>()(new PortInUse(80).port);
export class Named extends ValueError {
  override readonly name = 'Named';
}
// @ts-expect-error an unknown option
export const unknownOption: unknown = new OSError(2, { file: 'a.txt' });
