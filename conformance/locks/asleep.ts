import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Waits until the main thread of a process sleeps, and has done nothing between two looks. */
export async function asleep(pid: number): Promise<void> {
  for (let before = ''; ;) {
    await setTimeout(20);
    const status = readFileSync(`/proc/${pid}/task/${pid}/status`, 'utf8');
    const switches = /^voluntary_ctxt_switches:.*$/m.exec(status)?.[0] ?? '';
    if (/^State:\tS/m.test(status) && switches === before) return;
    before = switches;
  }
}
