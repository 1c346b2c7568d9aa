import { currentThread, isMain, Thread } from '@p8/threading';

export class Greeter extends Thread {
  readonly whom: string;

  constructor(whom: string) {
    super({ name: 'greeter' });
    this.whom = whom;
  }

  override run(): void {
    console.log(`hello ${this.whom}, from ${currentThread().name}`);
  }
}

if (isMain(import.meta)) {
  const greeter = new Greeter('world');
  greeter.start();
  await greeter.join();
}
