import { execFileSync } from 'node:child_process';
import { ShareableList } from '@p8/multiprocessing';

const program = `
import sys
from multiprocessing import resource_tracker, shared_memory

items = shared_memory.ShareableList(name=sys.argv[1])
resource_tracker.unregister('/' + sys.argv[1], 'shared_memory')
items[0] = 'changed'
items[1] += 1
`;

using items = new ShareableList(['some text', 41, null, 2.5]);
execFileSync('python3', ['-c', program, items.shm.name]);
console.log([...items]);
items.shm.unlink();
