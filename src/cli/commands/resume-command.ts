import { Command } from 'commander';
import { resumeRun } from '../../runs/queue/resume.ts';
import { type DataDirOption, withStore } from '../context.ts';
import { followRuns } from '../follow-runs.ts';
import type { CommandMaker } from '../program.ts';
import { progressView } from '../progress/progress-view.ts';

export const resumeCommand: CommandMaker = (context, ended) =>
  new Command('resume')
    .description('Go on with runs that were stopped, interrupted or failed, from their last checkpoints.')
    .argument('<run...>', 'ids of the runs')
    .option('--json', 'print every new event as one line of JSON')
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended((parts: string[], options: DataDirOption & { json?: boolean }) =>
        withStore(context, options, async (store) => {
          const runs = await Promise.all(parts.map((part) => store.find(part)));
          for (const { id } of runs) await resumeRun(store, id);
          const view = progressView(context.terminal, { json: options.json === true });
          return followRuns(
            context,
            store,
            runs.map(({ id }) => id),
            view,
          );
        }),
      ),
    );
