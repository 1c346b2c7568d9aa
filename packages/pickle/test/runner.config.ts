/** For `in-runner.ts`: vitest as most programs have it, with its own runner for modules. */
const conditions = ['@p8/source', 'node', 'default'];

// oxlint-disable-next-line import/no-default-export -- vitest wants it
export default {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ['test/in-runner.ts'], pool: 'forks', execArgv: ['-C', '@p8/source'] },
};
