import { testPages } from '../documentation.ts';

testPages({
  folder: import.meta.dirname,
  pages: ['../../packages/multiprocessing/README.md', '../../docs/multiprocessing.md'],
});
