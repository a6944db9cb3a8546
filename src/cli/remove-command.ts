import { Command } from 'commander';
import { removeRun } from '../runs/remove.ts';
import { exitCodes } from './complain.ts';
import { type DataDirOption, withStore } from './context.ts';
import type { CommandMaker } from './program.ts';

export const removeCommand: CommandMaker = (context, ended) =>
  new Command('remove')
    .description('Delete runs with their folders: figures, curves, checkpoints and students.')
    .argument('<run...>', 'ids of the runs')
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended((parts: string[], options: DataDirOption) =>
        withStore(context, options, async (store) => {
          // All are looked up first: a mistyped id should not leave half of them deleted.
          const runs = await Promise.all(parts.map((part) => store.find(part)));
          for (const { id } of runs) {
            await removeRun(store, id);
            context.terminal.out(`${id} is removed\n`);
          }
          return exitCodes.ok;
        }),
      ),
    );
