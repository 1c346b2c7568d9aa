/** Pickles that are broken or made to harm: UnpicklingError with the offset, always, and soon. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { UnpicklingError } from '@p8/pickle';
import { Python } from '../../test/python.ts';
import { dump, load, type LoadOptions, PyFrozenSet, PyTuple } from './index.ts';

const python = new Python();
afterAll(() => python[Symbol.asyncDispose]());

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The refusal, if it is one: any other error fails the test. */
function loadOrRefuse(pickle: Buffer, options: LoadOptions = {}): UnpicklingError | undefined {
  try {
    load(pickle, options);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UnpicklingError);
    const { offset = -1, message } = error as UnpicklingError;
    expect(offset >= 0 && offset <= pickle.length).toBe(true);
    expect(message).toContain(`at offset ${offset}: `);
    return error as UnpicklingError;
  }
}

function expectRefusal(pickle: Buffer, options: LoadOptions = {}): UnpicklingError {
  const refusal = loadOrRefuse(pickle, options);
  if (refusal === undefined) throw new Error('it was loaded');
  return refusal;
}

describe('refused with the offset and the reason', () => {
  test.each([
    ['', 0, 'it ends without a STOP'],
    ['N', 1, 'it ends without a STOP'],
    ['.', 0, 'its stack is empty'],
    ['(.', 1, 'its stack is empty'],
    ['N(.', 2, 'its stack is empty'],
    ['\x80\x04\x8c\x05abc', 2, 'it ends too early: 5 bytes should follow, 3 do'],
    ['X\xff\xff\xff\xffabc', 0, 'it ends too early: 4294967295 bytes should follow, 3 do'],
    ['\x8d\xff\xff\xff\xff\xff\xff\xff\xff', 0, 'it ends too early'],
    ['\x8e\xff\xff\xff\xff\xff\xff\xff\x7f', 0, 'it ends too early'],
    ['\x96\0\0\0\0\0\0\0\x80', 0, 'it ends too early'],
    ['\x95\x10\0\0\0\0\0\0\0N.', 0, 'it ends too early: 16 bytes should follow, 2 do'],
    ['\x80', 0, 'it ends too early: 1 bytes should follow, 0 do'],
    ['\x80\x06N.', 0, 'its protocol is 6: 0 to 5 are known'],
    ['I12', 0, 'it ends in the middle of a line'],
    ['I1x\n.', 0, 'its line is no integer'],
    ['I\n.', 0, 'its line is no integer'],
    ['L-L\n.', 0, 'its line is no integer'],
    [`L${'9'.repeat(4301)}L\n.`, 0, 'or has more than 4300 digits'],
    ['Fx\n.', 0, 'its line is no float'],
    ['F\n.', 0, 'its line is no float'],
    ['\x8b\xff\xff\xff\xff.', 0, 'its integer has a negative length, -1'],
    ['T\xff\xff\xff\xff.', 0, 'its string has a negative length, -1'],
    ['\x8c\x01\xff.', 0, 'its text is not UTF-8'],
    ['\x8c\x02\xc0\x80.', 0, 'its text is not UTF-8'],
    ['\x8c\x03\xe0\x80\x80.', 0, 'its text is not UTF-8'],
    ['\x8c\x02\xe2\x82.', 0, 'its text is not UTF-8'],
    ['\x8c\x04\xf4\x90\x80\x80.', 0, 'its text is not UTF-8'],
    ['V\\u12\n.', 0, 'its text has a broken escape'],
    ['V\\U00110000\n.', 0, 'its text has a broken escape'],
    ['V\\uzzzz\n.', 0, 'its text has a broken escape'],
    ["S'\n.", 0, 'its string has no quotes'],
    ["S'\\q'\n.", 0, 'its string has an escape that Python does not write'],
    ['h\0.', 0, 'nothing was stored in place 0 of its memo'],
    ['j\xff\xff\xff\xff.', 0, 'nothing was stored in place 4294967295 of its memo'],
    ['g-1\n.', 0, 'nothing was stored in place -1 of its memo'],
    ['gx\n.', 0, 'its line is no number'],
    [`g${'9'.repeat(30)}\n.`, 0, 'its line is no number'],
    ['Nr\xff\xff\xff\xff.', 1, 'its memo has no place 4294967295'],
    ['Np-1\n.', 1, 'its memo has no place -1'],
    ['q\0.', 0, 'its stack is empty'],
    ['t.', 0, 'no mark was set before'],
    ['1.', 0, 'no mark was set before'],
    ['0.', 0, 'its stack is empty'],
    ['2.', 0, 'its stack is empty'],
    ['N\x86.', 1, 'its stack is empty'],
    ['NNa.', 2, 'it appends to what is no list'],
    [')Na.', 2, 'it appends to what is no list'],
    ['(Nd.', 2, 'a dict has a key without a value'],
    ['](NNu.', 4, 'it sets an item of what is no dict'],
    ['](N\x90.', 3, 'it adds to what is no set'],
    ['(\x91(N\x90.', 4, 'it adds to what is no set'],
    ['N)R.', 2, 'it calls what is no class'],
    ['cbuiltins\nset\nNR.', 15, 'the arguments of builtins.set are no tuple'],
    ['NN\x93.', 2, 'it names a class by what is no str'],
    ['cos\nsystem\n.', 0, 'os.system is not on the allow-list'],
    ['\x8c\x08builtins\x8c\x04eval\x93.', 16, 'builtins.eval is not on the allow-list'],
    ['\x8c\x08builtins\x8c\x0fset.__class__.x\x93.', 27, 'builtins.set.__class__.x is not on the allow-list'],
    ['c__proto__\nconstructor\n.', 0, '__proto__.constructor is not on the allow-list'],
    ['cbuiltins\nset\n)}\x8c\x01aNs\x92.', 21, 'builtins.set is made with arguments by name'],
    ['cbuiltins\nset\n)N\x92.', 16, 'builtins.set is made with arguments by name'],
    [
      'ccopyreg\n__newobj__\n(ccopyreg\n__newobj__\ncbuiltins\nset\ntR.',
      56,
      'it calls a function of copyreg with another',
    ],
    ['c_codecs\nencode\n(Vx\nVrot13\ntR.', 28, 'only bytes may be made with it'],
    ['cbuiltins\nset\n(I5\ntR.', 19, 'it is made of a list, tuple or set only'],
    ['cbuiltins\ndict\n(I5\ntR.', 20, 'it is made of a dict only'],
    ['cbuiltins\nbytes\n(I5\ntR.', 21, 'it is made of bytes only'],
    ['cbuiltins\nset\n)R}b.', 17, 'it gives a state to what takes none'],
    ['N}b.', 2, 'it gives a state to what takes none'],
    ['cbuiltins\nValueError\n)RNb.', 24, 'the state of an error must be a dict'],
    ['P1\n.', 0, 'by a persistent id'],
    ['NQ.', 1, 'by a persistent id'],
    ['\x82\x01.', 0, 'by a number of copyreg'],
    ['\x97.', 0, 'dump it without `buffer_callback`'],
    ['\xff.', 0, '0xff is no opcode: is this a pickle?'],
    ['{"json": true}', 0, '0x7b is no opcode: is this a pickle?'],
  ])('%j', (pickle, offset, reason) => {
    const error = expectRefusal(bytes(pickle));
    expect([error.offset, error.message]).toEqual([offset, expect.stringContaining(reason)]);
  });
});

describe('memory', () => {
  const maxMemory = 1_000_000;
  test.each([
    ['empty dicts', '}'.repeat(100_000)],
    ['empty sets', '\x8f'.repeat(100_000)],
    ['atoms', 'N'.repeat(100_000)],
    ['the same thing again', `]${'2'.repeat(100_000)}`],
    ['entries', `}(${'NN'.repeat(30_000)}u`],
    ['objects', `cbuiltins\nobject\nq\0${'h\0)\x81'.repeat(30_000)}`],
  ])('of %s is limited', (_, pickle) => {
    expect(expectRefusal(bytes(`${pickle}.`), { maxMemory }).message).toContain('more memory than `maxMemory` allows');
  });

  test('the default stops a bomb of 2 MB that would take 400', () => {
    expectRefusal(Buffer.concat([Buffer.alloc(2_000_000, '}'), bytes('.')]));
  });

  test('does not count what is in the pickle itself', () => {
    const blob = Buffer.alloc(2 ** 16);
    expect(load(dump([blob, 'x'.repeat(2 ** 16)]), { maxMemory: 1000 })).toEqual([blob, 'x'.repeat(2 ** 16)]);
  });

  test('lengths that are not there take none', () => {
    expectRefusal(bytes('B\xff\xff\xff\x7f.'));
    expectRefusal(bytes('\x8b\xff\xff\xff\x7f.'));
  });
});

describe('nesting', () => {
  const levels = 100_000;

  test('of lists, dicts and tuples has no limit but memory', () => {
    let value = load(Buffer.concat([Buffer.alloc(levels, ']'), Buffer.alloc(levels - 1, 'a'), bytes('.')]));
    let count = 0;
    while (Array.isArray(value) && value.length > 0) [value, count] = [value[0], count + 1];
    expect(count).toBe(levels - 1);
    expect(load(Buffer.concat([bytes('N'), Buffer.alloc(levels, '\x85', 'latin1'), bytes('.')]))).toBeInstanceOf(
      PyTuple,
    );
    expect(
      load(Buffer.concat([Buffer.alloc(levels, '('), bytes('N'), Buffer.alloc(levels, '\x91', 'latin1'), bytes('.')])),
    ).toBeInstanceOf(PyFrozenSet);
  });

  test('in the arguments of an error does not matter', () => {
    const nested = Buffer.concat([
      bytes('cbuiltins\nValueError\nN'),
      Buffer.alloc(levels, '\x85', 'latin1'),
      bytes('R.'),
    ]);
    expect((load(nested) as Error).message.length).toBeLessThan(10_100);
  });
});

describe('fuzz', () => {
  const codes = [
    'value = {"a": [1, 2.5, None, True], 2: (1, (2, 3), {4}), "t": "é" * 40, "b": b"x" * 40, "big": 2**100}',
    'l = [1]; l.append(l); value = [l, l, (l, 2, 3, 4), frozenset([1, 2])]',
    'value = [ValueError("x", 1), OSError(2, "no", "f"), KeyError("k"), collections.OrderedDict(a=1), bytearray(b"z")]',
    'value = [datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc), decimal.Decimal("1.5"), uuid.UUID(int=3), ...]',
  ];

  test('cut anywhere, it is refused', async () => {
    for (const code of codes)
      for (const protocol of [0, 1, 2, 3, 4, 5]) {
        const whole = await python.dumps(code, protocol);
        for (let length = 0; length < whole.length; length++) expectRefusal(whole.subarray(0, length));
      }
  });

  test('changed anywhere, it is a value or it is refused', async () => {
    const wholes: Buffer[] = [];
    for (const code of codes) for (const protocol of [0, 2, 4, 5]) wholes.push(await python.dumps(code, protocol));
    const change = fc.record({
      whole: fc.constantFrom(...wholes),
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      remove: fc.nat(3),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 4 }),
        fc.constantFrom(...'(0129.aesubR\x81\x93\x94h\0p0\n'.split('').map(bytes)),
      ),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), (changes, exact) => {
        const [first] = changes;
        let pickle: Buffer = Buffer.from(first?.whole ?? []);
        for (const { at, remove, insert } of changes) {
          const start = Math.floor(at * pickle.length);
          pickle = Buffer.concat([pickle.subarray(0, start), insert, pickle.subarray(start + remove)]);
        }
        loadOrRefuse(pickle, { exact, maxMemory: 10_000_000 });
      }),
      { numRuns: 5000 },
    );
  });

  test('any bytes are a value or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const pickle = Buffer.from(noise);
        loadOrRefuse(pickle);
      }),
      { numRuns: 5000 },
    );
  });

  test('opcodes in any order are a value or refused', () => {
    const pieces = '(012N]})esutldRbao'
      .split('')
      .concat('K\x01', '\x85', '\x86', '\x8f', '\x90', '\x91', '\x94', 'h\0', 'q\0', '\x81', '\x92', '\x8c\x01a');
    const globals = [
      'builtins\nValueError',
      'builtins\nset',
      '_codecs\nencode',
      'builtins\ndict',
      'collections\nCounter',
      'builtins\nExceptionGroup',
      'datetime\ndatetime',
      'copyreg\n__newobj__',
      'copyreg\n_reconstructor',
      'builtins\nobject',
      'builtins\nOSError',
      'builtins\nKeyError',
    ];
    const piece = fc.constantFrom(...pieces, ...globals.map((name) => `c${name}\n`));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (program) => {
        const pickle = bytes(`${program.join('')}.`);
        loadOrRefuse(pickle, { maxMemory: 10_000_000 });
      }),
      { numRuns: 20_000 },
    );
  });
});
