import { SystemExit } from '@p8/errors';
import { currentProcess, isMain, Process } from '@p8/multiprocessing';

export class Checker extends Process {
  readonly path: string;

  constructor(path: string) {
    super({ name: 'checker' });
    this.path = path;
  }

  override run(): void {
    console.log(currentProcess().name, 'looks at', this.path);
    throw new SystemExit(this.path.length);
  }
}

if (isMain(import.meta)) {
  using checker = new Checker('README.md');
  checker.start();
  checker.joinSync();
  console.log(checker.exitcode);
}
