import { debugLocks, Lock } from '@p8/threading';

using _watch = debugLocks({ report: ({ kind }) => console.log(kind) });
const [from, to] = [new Lock(), new Lock()];

from.withSync(() => to.withSync(() => console.log('there')));
to.withSync(() => from.withSync(() => console.log('and back')));
