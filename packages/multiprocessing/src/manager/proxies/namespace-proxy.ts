/** A bag of attributes that processes share. https://docs.python.org/3/library/multiprocessing.html#namespace-objects */
import { importable } from '@p8/pickle';
import { PyGlobal } from '@p8/pickle/cpython';
import { BaseProxy } from '../base-proxy.ts';

/** The attributes are those of `A`. Reading one waits for the server, so it is a call and no property. */
export class NamespaceProxy<A extends object = Record<string, unknown>> extends BaseProxy {
  static readonly exposed: readonly string[] = ['__getattribute__', '__setattr__', '__delattr__'];

  /** The attribute: Python's `namespace.name`. Raises AttributeError. */
  get<K extends keyof A & string>(name: K): Promise<A[K]> {
    return this.callMethod('__getattribute__', [name], undefined, { waits: false }) as Promise<A[K]>;
  }

  getSync<K extends keyof A & string>(name: K): A[K] {
    return this.callMethodSync('__getattribute__', [name]) as A[K];
  }

  async set<K extends keyof A & string>(name: K, value: A[K]): Promise<void> {
    await this.callMethod('__setattr__', [name, value], undefined, { waits: false });
  }

  setSync<K extends keyof A & string>(name: K, value: A[K]): void {
    this.callMethodSync('__setattr__', [name, value]);
  }

  /** Raises AttributeError. */
  async delete(name: keyof A & string): Promise<void> {
    await this.callMethod('__delattr__', [name], undefined, { waits: false });
  }

  deleteSync(name: keyof A & string): void {
    this.callMethodSync('__delattr__', [name]);
  }

  protected override pythonType(): PyGlobal {
    return new PyGlobal('multiprocessing.managers.NamespaceProxy');
  }
}

importable(import.meta, { NamespaceProxy });
