import { defineConfig } from 'vitest/config';

const execArgv = ['-C', '@p8/source'];

export default defineConfig({
  resolve: { conditions: ['@p8/source', 'node', 'default'] },
  ssr: { resolve: { conditions: ['@p8/source', 'node', 'default'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'examples/**/*.test.ts',
      'conformance/**/*.test.ts',
      'bench/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    pool: 'forks',
    execArgv: [...execArgv, '--expose-gc'],
    // a real transfer of 100 MiB, or a client being installed, on a slow and busy machine
    testTimeout: 60_000,
    hookTimeout: 300_000,
    experimental: { viteModuleRunner: false },
  },
});
