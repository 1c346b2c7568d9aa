/** T8: a traffic light: cars stop while the Event is not set, which is red, and go on when it is, which is green. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Event, isMain, Thread } from '@p8/threading';

export async function light(green: Event, stopped: Event): Promise<void> {
  console.log('--red light on---');
  // it stays red until a car has stopped
  await stopped.wait();
  await sleep(20);
  console.log('--green light on---');
  green.set();
}

export function car(name: string, green: Event, stopped: Event): void {
  if (!green.isSet()) {
    console.log(`[${name}] sees the red light, waiting....`);
    stopped.set();
    green.waitSync();
  }
  console.log(`[${name}] green light is on, going....`);
}

if (isMain(import.meta)) {
  const [green, stopped] = [new Event(), new Event()];
  const threads = [
    new Thread({ target: light, args: [green, stopped] }),
    new Thread({ target: car, args: ['Tesla', green, stopped] }),
    new Thread({ target: car, args: ['BMW', green, stopped] }),
  ];
  for (const thread of threads) thread.start();
  for (const thread of threads) await thread.join();
}
