import { testPages } from '../documentation.ts';

testPages({
  folder: import.meta.dirname,
  pages: ['../../packages/pickle/README.md', '../../docs/pickle.md'],
  parts: ['caller.ts'],
});
