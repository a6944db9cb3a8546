/** The command line with fake workers. */

import { runCommandLine } from '../../src/cli/program.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { LocalLauncher } from '../../src/runs/queue/launch.ts';
import { program } from '../program.ts';
import { fakeWorkerCommand } from '../runs/fleet.ts';
import { checkerHere, fakeCliCommand } from './support.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: processTerminal(),
  launcher: new LocalLauncher({ command: fakeWorkerCommand }),
  checker: checkerHere,
  exporter: program('src/export/apart/exporting-main.ts'),
  self: fakeCliCommand,
});
