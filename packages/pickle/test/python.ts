/** A python3 process that pickles and unpickles for the tests. A request and an answer are a line of JSON each. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const program = `
import base64, collections, datetime, decimal, fractions, json, math, pickle, sys, types, uuid

shapes = types.ModuleType('shapes')
sys.modules['shapes'] = shapes
exec('''
import collections
class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y
class Slotted:
    __slots__ = ('a', 'b')
class Stack(list): pass
class Table(dict): pass
class Outer:
    class Inner(Point): pass
Pair = collections.namedtuple('Pair', 'left right', module='shapes')
class BadPort(ValueError): pass
class Secret(str): pass
def evil(): raise SystemExit('executed')
''', shapes.__dict__)
for kind in vars(shapes).values():
    if isinstance(kind, type): kind.__module__ = 'shapes'

def shown(value, seen=()):
    """Tells apart what == does not: types, signs of zero, nan, the order of a dict, and what is the same object."""
    if id(value) in seen: return '<%d up>' % (len(seen) - seen.index(id(value)))
    seen += (id(value),)
    kind = type(value)
    if kind is float: return 'nan' if math.isnan(value) else repr(value)
    if kind in (list, tuple): return '%s(%s)' % (kind.__name__, ', '.join(shown(v, seen) for v in value))
    if kind in (set, frozenset): return '%s(%s)' % (kind.__name__, ', '.join(sorted(shown(v, seen) for v in value)))
    if kind is dict: return 'dict(%s)' % ', '.join(shown(k, seen) + ': ' + shown(v, seen) for k, v in value.items())
    if isinstance(value, BaseException):
        extra = {k: v for k, v in vars(value).items()}
        return '%s%s%s' % (kind.__name__, shown(value.args, seen), shown(extra, seen) if extra else '')
    if type(value).__module__ == 'shapes' and hasattr(value, '__dict__') and not isinstance(value, type):
        return '%s(%s)' % (kind.__name__, shown(vars(value), seen))
    return repr(value)

names = dict(globals())
for line in sys.stdin:
    request = json.loads(line)
    try:
        scope = dict(names)
        if 'pickle' in request: scope['value'] = pickle.loads(base64.b64decode(request['pickle']))
        if 'code' in request: exec(request['code'], scope)
        if request['want'] == 'pickle':
            answer = base64.b64encode(pickle.dumps(scope['value'], request['protocol'])).decode()
        else: answer = shown(scope['value'])
        print(json.dumps({'answer': answer}), flush=True)
    except BaseException as error:
        print(json.dumps({'error': '%s: %s' % (type(error).__name__, error)}), flush=True)
`;

interface Request {
  readonly pickle?: string;
  readonly code?: string;
  readonly want: 'pickle' | 'text';
  readonly protocol?: number;
}

export class Python implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(executable: string = 'python3') {
    this.#child = spawn(executable, ['-u', '-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** Python's pickle of `value`, which the code sets. */
  async dumps(code: string, protocol = 4): Promise<Buffer> {
    return Buffer.from(await this.#ask({ code, want: 'pickle', protocol }), 'base64');
  }

  /** What Python makes of a pickle, pickled by Python. */
  async echo(bytes: Buffer, protocol = 4): Promise<Buffer> {
    return Buffer.from(await this.#ask({ pickle: bytes.toString('base64'), want: 'pickle', protocol }), 'base64');
  }

  /** What Python makes of a pickle, as text that tells types apart; after code that may change `value`. */
  async shown(bytes: Buffer, code = ''): Promise<string> {
    return await this.#ask({ pickle: bytes.toString('base64'), code, want: 'text' });
  }

  /** The same text for the `value` that the code sets. */
  async show(code: string): Promise<string> {
    return await this.#ask({ code, want: 'text' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }

  async #ask(request: Request): Promise<string> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the Python process has ended');
    const { answer, error } = JSON.parse(value) as { answer?: string; error?: string };
    if (answer === undefined) throw new Error(`python3: ${error}`);
    return answer;
  }
}
