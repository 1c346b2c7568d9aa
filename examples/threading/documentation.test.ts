import { testPages } from '../documentation.ts';

testPages({
  folder: import.meta.dirname,
  pages: ['../../packages/threading/README.md', '../../docs/threading.md'],
});
