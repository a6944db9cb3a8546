import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { checkCommand } from './commands/check-command.ts';
import { compareCommand } from './commands/compare-command.ts';
import { demoCommand } from './commands/demo-command.ts';
import { devicesCommand } from './commands/devices-command.ts';
import { exportCommand } from './commands/export-command.ts';
import { inspectCommand } from './commands/inspect-command.ts';
import { labelCommand } from './commands/label-command.ts';
import { predictionsCommand } from './commands/predictions-command.ts';
import { queueCommand } from './commands/queue-command.ts';
import { rebuildCommand } from './commands/rebuild-command.ts';
import { removeCommand } from './commands/remove-command.ts';
import { resumeCommand } from './commands/resume-command.ts';
import { runCommand } from './commands/run-command.ts';
import { runsCommand } from './commands/runs-command.ts';
import { showCommand } from './commands/show-command.ts';
import { stopCommand } from './commands/stop-command.ts';
import { sweepCommand } from './commands/sweep-command.ts';
import { complain, type ExitCode, exitCodes } from './complain.ts';
import type { Context } from './context.ts';

/** A command and what it does; the action gives back its exit code. */
export type CommandMaker = (
  context: Context,
  ended: <Arguments extends unknown[]>(
    action: (...given: Arguments) => Promise<ExitCode>,
  ) => (...given: Arguments) => Promise<void>,
) => Command;

const commands: readonly CommandMaker[] = [
  runCommand,
  sweepCommand,
  checkCommand,
  inspectCommand,
  runsCommand,
  showCommand,
  compareCommand,
  predictionsCommand,
  resumeCommand,
  stopCommand,
  removeCommand,
  exportCommand,
  labelCommand,
  queueCommand,
  rebuildCommand,
  devicesCommand,
  demoCommand,
];

/** Runs one command line, without the program's name. Never throws; gives back the exit code. */
export async function runCommandLine(words: readonly string[], context: Context): Promise<ExitCode> {
  const { terminal } = context;
  let code: ExitCode = exitCodes.ok;
  const program = new Command('distillery')
    .description('Knowledge-distillation experiments: teacher against student, with evidence.')
    .version(manifest.version)
    .showHelpAfterError('Add --help to see what can be written.')
    .configureHelp({ helpWidth: Math.min(terminal.columns, 100) })
    .addHelpText(
      'after',
      `
Runs are kept in the nearest .distillery folder from the current directory upwards; where there is
none, one is made in the current directory. --data-dir names another.
RUN is the id of a run, or as much of its beginning or end as is unambiguous.
Exit codes: 0 done, 1 a mistake of ours, 2 something for you to mend, 130 stopped by Ctrl+C.`,
    );
  const output = {
    writeOut: (text: string) => terminal.out(text),
    writeErr: (text: string) => terminal.err(text),
    outputError: (text: string, write: (text: string) => void) =>
      write(text.replace(/^error: /, `${terminal.errColors.red('error')} `)),
  };
  for (const make of commands)
    program.addCommand(
      make(context, (action) => async (...given) => {
        code = await action(...given);
      }),
    );
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput(output);
  try {
    if (words.length === 0) {
      program.outputHelp();
      return exitCodes.ok;
    }
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usersMistake;
    return complain(terminal, error);
  }
}
