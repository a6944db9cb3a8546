/** The command line with the real worker, both as npm test compiles them. */
import { runCommandLine } from '../../../src/cli/program.ts';
import { processTerminal } from '../../../src/cli/terminal.ts';
import { LocalLauncher } from '../../../src/runs/launch.ts';
import { program } from '../../program.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: processTerminal(),
  launcher: new LocalLauncher({ command: program('src/worker/main.ts') }),
  self: program('test/campaign/programs/real-cli.ts'),
});
