import { Command } from 'commander';
import { isFull } from '../../runs/database/database-problem.ts';
import { freeRoomOf, removeRun } from '../../runs/directory/remove.ts';
import { type ExitCode, exitCodes } from '../complain.ts';
import { type Context, type DataDirOption, dataDirectoryOf, withStore } from '../context.ts';
import type { CommandMaker } from '../program.ts';

export const removeCommand: CommandMaker = (context, ended) =>
  new Command('remove')
    .description('Delete runs with their folders: figures, curves, checkpoints and students.')
    .argument('<run...>', 'ids of the runs')
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended(async (parts: string[], options: DataDirOption) => {
        try {
          return await removeRuns(context, options, parts);
        } catch (error) {
          if (!isFull(error)) throw error;
          await freeRoomOf(dataDirectoryOf(options), parts);
          // With the room that was made, opening the store finishes what was begun.
          await withStore(context, options, async () => {}).catch((again: unknown) => {
            if (!isFull(again)) throw again;
            context.terminal.err('It stays in the list until the disk has a little more room.\n');
          });
          for (const part of parts) context.terminal.out(`${part} is removed\n`);
          return exitCodes.ok;
        }
      }),
    );

const removeRuns = (context: Context, options: DataDirOption, parts: readonly string[]): Promise<ExitCode> =>
  withStore(context, options, async (store) => {
    // All are looked up first: a mistyped id should not leave half of them deleted.
    const runs = await Promise.all(parts.map((part) => store.find(part)));
    for (const { id } of runs) {
      await removeRun(store, id);
      context.terminal.out(`${id} is removed\n`);
    }
    return exitCodes.ok;
  });
