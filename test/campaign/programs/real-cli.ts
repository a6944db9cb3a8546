/** The command line with the real worker, both as npm test compiles them. */
import { CheckingProcess } from '../../../src/checks/apart/checking-process.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import { processTerminal } from '../../../src/cli/terminal.ts';
import { LocalLauncher } from '../../../src/runs/queue/launch.ts';
import { program } from '../../program.ts';

const checker = new CheckingProcess({ command: program('src/checks/apart/checking-main.ts').slice(1) });
process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: processTerminal(),
  launcher: new LocalLauncher({ command: program('src/worker/main.ts') }),
  checker,
  exporter: program('src/export/apart/exporting-main.ts'),
  self: program('test/campaign/programs/real-cli.ts'),
});
checker.dispose();
