/**
 * What the engine knows of a function: where its text is, and what its module's scope holds. An inspector session inside
 * this thread tells it synchronously. The debugger stays off, since awaits are eight times slower while it is on: only to
 * learn the URL of a script that was never met is it switched on and off again.
 *
 * https://chromedevtools.github.io/devtools-protocol/v8/Runtime/#method-getProperties
 */
import type { Session } from 'node:inspector';
import { getCallSites } from 'node:util';
import { urlOf } from './is-main.ts';

/** A function as the engine sees it. */
export interface Inspected {
  readonly kind: 'function' | 'bound' | 'proxy' | 'native';
  /** The URL of its script; '' for code that is in none. */
  readonly url: string;
  /** The line of its text, counted from 1. */
  readonly line: number;
  /** The name that its module's outermost scope has for it. */
  readonly binding: string | undefined;
}

type Property = { readonly name: string; readonly value?: Remote };
type Remote = {
  readonly type: string;
  readonly description?: string;
  readonly objectId?: string;
  readonly value?: unknown;
};

/** Looks at a function. Raises what the inspector raises where it is not allowed (`--permission`). */
export function inspectFunction(target: Function): Inspected {
  return withSession((session) => {
    const { internal } = propertiesOf(session, remoteOf(session, target));
    const has = (name: string) => internal.find((property) => property.name === name)?.value;
    const location = has('[[FunctionLocation]]')?.value as { scriptId: string; lineNumber: number } | undefined;
    if (location === undefined) {
      const kind = has('[[TargetFunction]]') ? 'bound' : has('[[Handler]]') ? 'proxy' : 'native';
      return { kind, url: '', line: 0, binding: undefined };
    }
    const bindings = functionsOf(session, has('[[Scopes]]'));
    const index = callWith(
      session,
      'function (...all) { return all.indexOf(this); }',
      remoteOf(session, target),
      bindings,
    );
    return {
      kind: 'function',
      url: scriptUrl(session, location.scriptId),
      line: location.lineNumber + 1,
      binding: bindings[index as number]?.name,
    };
  });
}

/** What the module of `member` calls `binding`: a function, exported or not; `undefined` if there is none. */
export function sibling(member: Function, binding: string): Function | undefined {
  return withSession((session) => {
    const { internal } = propertiesOf(session, remoteOf(session, member));
    const bindings = functionsOf(session, internal.find(({ name }) => name === '[[Scopes]]')?.value);
    const found = bindings.find(({ name }) => name === binding);
    if (found === undefined) return undefined;
    callWith(session, 'function (value) { this.target = value; }', remoteOf(session, passage), [found]);
    const { target } = passage;
    passage.target = undefined;
    return target;
  });
}

/** A value on its way between this thread and the inspector, which sees only what `globalThis` holds. */
const passage: { target: Function | undefined } = { target: undefined };
const window = Symbol.for('@p8/pickle.window');
const scripts = new Map<string, string>();

function withSession<T>(body: (session: Session) => T): T {
  const { Session } = process.getBuiltinModule('node:inspector'); // 4 ms, for who sends functions only
  const session = new Session();
  session.connect();
  try {
    return body(session);
  } finally {
    session.disconnect();
  }
}

function remoteOf(session: Session, value: object): string {
  const global = globalThis as { [window]?: object };
  global[window] = value;
  try {
    return answer<{ result: Remote }>((done) =>
      session.post('Runtime.evaluate', { expression: `globalThis[Symbol.for('${window.description}')]` }, done),
    ).result.objectId!;
  } finally {
    delete global[window];
  }
}

function propertiesOf(session: Session, objectId: string): { own: Property[]; internal: Property[] } {
  const { result, internalProperties = [] } = answer<{ result: Property[]; internalProperties?: Property[] }>((done) =>
    session.post('Runtime.getProperties', { objectId, ownProperties: true }, done),
  );
  return { own: result, internal: internalProperties };
}

/** The functions in the outermost scope of a module; vitest's runner makes a function of the module, with a block in it. */
function functionsOf(session: Session, scopes: Remote | undefined): Property[] {
  if (scopes?.objectId === undefined) return [];
  const chain = propertiesOf(session, scopes.objectId).own.map(({ value }) => value);
  const scope = ['Module', 'Block', 'Closure'].map((kind) =>
    chain.findLast((one) => one?.description?.split(' ')[0] === kind),
  );
  const outermost = scope.find((one) => one !== undefined)?.objectId;
  if (outermost === undefined) return [];
  return propertiesOf(session, outermost).own.filter(({ value }) => value?.type === 'function');
}

function callWith(session: Session, text: string, objectId: string, values: readonly Property[]): unknown {
  const args = values.map(({ value }) => ({ objectId: value!.objectId! }));
  return answer<{ result: Remote }>((done) =>
    session.post('Runtime.callFunctionOn', { functionDeclaration: text, objectId, arguments: args }, done),
  ).result.value;
}

/** The modules that are running now are asked first: the usual owner of a target is the one that sends it. */
function scriptUrl(session: Session, scriptId: string): string {
  if (!scripts.has(scriptId)) for (const site of getCallSites(50)) scripts.set(site.scriptId, site.scriptName);
  if (!scripts.has(scriptId)) {
    session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params.url));
    session.post('Debugger.enable');
    session.post('Debugger.disable');
  }
  return urlOf(scripts.get(scriptId) ?? '');
}

/** The inspector answers a session of this thread before `post` returns. */
function answer<T>(ask: (done: (error: Error | null, result?: unknown) => void) => void): T {
  let outcome: { error: Error | null; result: unknown } | undefined;
  ask((error, result) => (outcome = { error, result }));
  if (outcome === undefined || outcome.error) throw outcome?.error ?? new Error('the inspector did not answer');
  return outcome.result as T;
}
