/** T2: a subclass that overrides `run`. */
import { isMain, Thread } from '@p8/threading';

export class MyThread extends Thread {
  readonly num: number;

  constructor(num: number) {
    super();
    this.num = num;
  }

  override run(): void {
    console.log(`running on number:${this.num}`);
  }
}

if (isMain(import.meta)) {
  for (const num of [1, 2]) new MyThread(num).start();
}
