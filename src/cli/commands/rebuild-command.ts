import { Command } from 'commander';
import { rebuildDatabase } from '../../runs/directory/rebuild.ts';
import { complain, exitCodes } from '../complain.ts';
import { type DataDirOption, dataDirectoryOf } from '../context.ts';
import type { CommandMaker } from '../program.ts';

export const rebuildCommand: CommandMaker = ({ terminal }, ended) =>
  new Command('rebuild')
    .description(
      'Set the run database aside, as where it is damaged, and read all runs from their folders anew.',
    )
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended(async (options: DataDirOption) => {
        const { aside, runs, problems } = await rebuildDatabase(dataDirectoryOf(options));
        for (const problem of problems) complain(terminal, problem);
        if (aside !== undefined) terminal.out(`The old database is ${aside}\n`);
        terminal.out(
          `${runs} ${runs === 1 ? 'run was' : 'runs were'} read from ${runs === 1 ? 'its folder' : 'their folders'}\n`,
        );
        return problems.length > 0 ? exitCodes.usersMistake : exitCodes.ok;
      }),
    );
