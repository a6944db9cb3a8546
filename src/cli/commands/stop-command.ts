import { Command, Option } from 'commander';
import { killRun, stopRun } from '../../runs/queue/control.ts';
import { exitCodes } from '../complain.ts';
import { type DataDirOption, withStore } from '../context.ts';
import type { CommandMaker } from '../program.ts';

interface StopOptions extends DataDirOption {
  readonly discard?: boolean;
  /** What version 0.1.0 called it. */
  readonly cancel?: boolean;
  readonly kill?: boolean;
}

export const stopCommand: CommandMaker = (context, ended) =>
  new Command('stop')
    .description('Ask runs to stop; each keeps a checkpoint to resume from.')
    .argument('<run...>', 'ids of the runs')
    .option('--discard', 'keep nothing to resume from')
    .addOption(new Option('--cancel').hideHelp())
    .option('--kill', 'do not ask: end the process, for a run that does not answer')
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended((parts: string[], options: StopOptions) =>
        withStore(context, options, async (store) => {
          const runs = await Promise.all(parts.map((part) => store.find(part)));
          for (const { id, state } of runs) {
            if (options.kill) await killRun(store, id);
            else await stopRun(store, id, options.discard || options.cancel ? 'cancel' : 'stop');
            const done = options.kill || state === 'queued';
            context.terminal.out(`${id} ${done ? 'is stopped' : 'was asked to stop'}\n`);
          }
          return exitCodes.ok;
        }),
      ),
    );
