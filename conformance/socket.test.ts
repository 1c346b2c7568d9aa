/**
 * What CPython does with sockets (golden/socket.json), done with @p8/socket, with promises and blocking. Every observation
 * is either the same, the same class with words of our own, or a difference that gives its reason; none is left out.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cases, closeAll, forms } from './socket-answers.ts';
import type { Answer } from './socket-answers.ts';

interface Raised {
  readonly class: string;
  readonly message: string;
  readonly errno?: number | null;
}
interface Case {
  readonly id: string;
  readonly title: string;
  readonly observed: Readonly<Record<string, unknown>>;
}

const golden = JSON.parse(readFileSync(new URL('golden/socket.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

describe.each(forms)('%s', (_, form) => {
  describe.each(golden.cases)('$id: $title', ({ id, observed }) => {
    let answer: Answer = {};

    beforeAll(async () => {
      answer = (await cases[id]?.(form)) ?? {};
    });
    afterAll(closeAll);

    test.each(Object.keys(observed))('%s', (key) => {
      const { same = {}, ownWords = {}, differs = {} } = answer;
      expect([same, ownWords, differs].filter((part) => Object.hasOwn(part, key)).length).toBe(1);
      const theirs = observed[key];
      if (key in same && isRaised(theirs)) expect(essence(same[key], theirs)).toEqual(essence(theirs, theirs));
      else if (key in same) expect(same[key]).toEqual(theirs);
      if (key in ownWords) {
        const ours = ownWords[key] as Raised | null;
        expect(ours?.class).toBe((theirs as Raised).class);
        expect(ours?.message).not.toBe('');
      }
      if (key in differs) expect(differs[key]).not.toBe('');
    });

    test('answers for nothing else', () => {
      const { same, ownWords, differs } = answer;
      for (const key of Object.keys({ ...same, ...ownWords, ...differs })) expect(observed).toHaveProperty([key]);
    });
  });
});

function isRaised(value: unknown): value is Raised {
  return typeof value === 'object' && value !== null && 'class' in value && 'args' in value;
}

/** Our messages go on behind Python's words: with the call, the address and the host. */
function essence(value: unknown, theirs: Raised): Raised | null {
  if (value === null || typeof value !== 'object') return null;
  const { class: name, message, errno } = value as Raised;
  return { class: name, message: message.slice(0, theirs.message.length), errno: errno ?? null };
}
