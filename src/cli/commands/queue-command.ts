import { Command } from 'commander';
import { setConcurrency } from '../../runs/queue/queue.ts';
import { Supervisor } from '../../runs/queue/supervisor.ts';
import { countArgument } from '../arguments.ts';
import { complain, exitCodes } from '../complain.ts';
import { type DataDirOption, withStore } from '../context.ts';
import type { CommandMaker } from '../program.ts';

export const queueCommand: CommandMaker = (context, ended) =>
  new Command('queue')
    .description('Start queued runs, one after another, until none is left waiting.')
    .option(
      '-c, --concurrency <n>',
      'runs at once in this data directory, from now on (at first 1)',
      countArgument,
    )
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended((options: DataDirOption & { concurrency?: number }) =>
        withStore(context, options, async (store) => {
          if (options.concurrency !== undefined) await setConcurrency(store, options.concurrency);
          const supervisor = new Supervisor(
            store,
            { problem: (error) => complain(context.terminal, error) },
            { launcher: context.launcher },
          );
          try {
            await supervisor.start();
            while ((await store.count({ states: ['queued'] })) > 0)
              await new Promise((resolve) => setTimeout(resolve, 500));
          } finally {
            await supervisor.close();
          }
          return exitCodes.ok;
        }),
      ),
    );
