import { Command } from 'commander';
import { readExperimentText } from '../../experiment/parsing/load.ts';
import { type ExitCode, exitCodes } from '../complain.ts';
import { type DataDirOption, dataDirectoryOf } from '../context.ts';
import { lookUpDevices } from '../device-lookup.ts';
import type { CommandMaker } from '../program.ts';
import { waitingOn } from '../waiting.ts';

export const checkCommand: CommandMaker = ({ terminal, checker }, ended) =>
  new Command('check')
    .description(
      'Find what is wrong in experiment files, without training anything. Of large data, as much is looked at as two seconds allow.',
    )
    .argument('<file...>', 'experiment files (*.distill.json)')
    .option('--json', 'print the problems as JSON')
    .option('--data-dir <path>', 'where the runs are kept that "of" may name')
    .action(
      ended(async (files: string[], options: DataDirOption & { json?: boolean }) => {
        const { out, outColors: colors } = terminal;
        const dataDirectory = dataDirectoryOf(options);
        let code: ExitCode = exitCodes.ok;
        const all: unknown[] = [];
        for (const file of files) {
          const problems = await checker.check(await readExperimentText(file), file, {
            dataDirectory,
            devices: lookUpDevices,
            waiting: waitingOn(terminal),
          });
          if (problems.some(({ severity }) => severity === 'error')) code = exitCodes.usersMistake;
          if (options.json) {
            all.push(...problems.map((problem) => ({ file, ...problem })));
            continue;
          }
          if (problems.length === 0) out(`${file}: ${colors.green('nothing to complain of')}\n`);
          for (const { line, column, severity, message, remedy } of problems) {
            const paint = severity === 'error' ? colors.red : colors.yellow;
            out(
              `${file}:${line}:${column}: ${paint(severity)} ${[message, remedy].filter(Boolean).join(' ')}\n`,
            );
          }
        }
        if (options.json) out(`${JSON.stringify(all, null, 2)}\n`);
        return code;
      }),
    );
