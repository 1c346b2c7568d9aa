/** The opcodes of classes and their objects. Only what is on the allow-list is ever called. */
import { Exception } from '@p8/errors';
import { attributesOf, Known } from './known.ts';
import type { Actions, Machine } from './machine.ts';
import { op } from './opcodes.ts';

export const objectActions: Actions = {
  [op.GLOBAL]: (machine) => machine.push(resolve(machine, nameLine(machine), nameLine(machine))),
  [op.STACK_GLOBAL](machine) {
    const name = machine.pop();
    machine.push(resolve(machine, machine.pop(), name));
  },
  [op.REDUCE](machine) {
    const args = machine.pop();
    make(machine, 'call', machine.pop(), args);
  },
  [op.NEWOBJ](machine) {
    const args = machine.pop();
    make(machine, 'create', machine.pop(), args);
  },
  [op.NEWOBJ_EX](machine) {
    const [type, args, named] = machine.take(3);
    if (attributesOf(named)?.length !== 0)
      throw machine.error(`${String(type)} is made with arguments by name, which cannot be given here`);
    make(machine, 'create', type, args);
  },
  [op.INST](machine) {
    const type = resolve(machine, nameLine(machine), nameLine(machine));
    make(machine, 'create', type, machine.popMark());
  },
  [op.OBJ](machine) {
    const [type, ...args] = machine.popMark();
    make(machine, 'create', type, args);
  },
  [op.BUILD]: build,
};

const objectCost = 128;

/** Modules of Python 2, which protocols before 3 name. */
const renamed: Readonly<Record<string, string>> = {
  __builtin__: 'builtins',
  exceptions: 'builtins',
  copy_reg: 'copyreg',
  Queue: 'queue',
};
const renamedBuiltins: Readonly<Record<string, string>> = { long: 'int', unicode: 'str', xrange: 'range' };

function nameLine(machine: Machine): string {
  return Buffer.from(machine.input.line(), 'latin1').toString();
}

function resolve(machine: Machine, module: unknown, name: unknown): Known {
  if (typeof module !== 'string' || typeof name !== 'string') throw machine.error('it names a class by what is no str');
  const current = Object.hasOwn(renamed, module) ? renamed[module] : module;
  const isRenamed = current === 'builtins' && Object.hasOwn(renamedBuiltins, name);
  const path = `${current}.${isRenamed ? renamedBuiltins[name] : name}`;
  const known = machine.table.named(path);
  if (known) return known;
  const shown = JSON.stringify(path.slice(0, 200)).slice(1, -1);
  throw machine.error(
    `${shown} is not on the allow-list: say what it becomes with \`allow({ '${shown}': … })\` or the option \`allow\`, if the peer is trusted with it`,
  );
}

function make(machine: Machine, way: 'call' | 'create', type: unknown, args: unknown): void {
  if (!(type instanceof Known)) throw machine.error('it calls what is no class');
  if (!Array.isArray(args)) throw machine.error(`the arguments of ${String(type)} are no tuple`);
  const target = type.form.target;
  if (target) {
    const [inner, innerArgs] = guarded(machine, type, () => target(args));
    if (inner instanceof Known && inner.form.target) throw machine.error('it calls a function of copyreg with another');
    make(machine, 'create', inner, innerArgs);
    return;
  }
  machine.spend(objectCost);
  const { form } = type;
  const value = guarded(machine, type, () => {
    if (way === 'create' && form.create) return form.create(args, machine.how, type);
    if (form.call) return form.call(args, machine.how, type);
    throw new TypeError('it may be named only');
  });
  if (form.setState && typeof value === 'object') machine.made.set(value, type);
  machine.push(value ?? null);
}

function build(machine: Machine): void {
  const state = machine.pop();
  const value = machine.top();
  const type = machine.made.get(value);
  const setState = type?.form.setState;
  if (!type || !setState || typeof value !== 'object' || value === null)
    throw machine.error('it gives a state to what takes none: a class on the allow-list may have a `setState`');
  guarded(machine, type, () => setState(value, state));
}

/** Runs what a class of the allow-list does. An error of it says of which. */
function guarded<T>(machine: Machine, type: Known, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof Exception)) throw error;
    throw machine.error(`${String(type)} cannot be made: ${error.message}`, error);
  }
}
