import { defineConfig } from 'vitest/config';

// oxlint-disable-next-line import/no-default-export -- vitest wants it
export default defineConfig({
  resolve: { conditions: ['@p8/source', 'node', 'default'] },
  ssr: { resolve: { conditions: ['@p8/source', 'node', 'default'] } },
  test: { include: ['test/in-runner.ts'], pool: 'forks', execArgv: ['-C', '@p8/source'] },
});
