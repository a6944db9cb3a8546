import { resolve } from 'node:path';
import { Command } from 'commander';
import { Interruption } from '../../base/interruption.ts';
import { type Format, formats, type Precision, precisions } from '../../export/forms.ts';
import { exportRecorded } from '../../runs/exports/export-recorded.ts';
import { namesArgument, namesOf } from '../arguments.ts';
import { exitCodes } from '../complain.ts';
import { type DataDirOption, lookAtStore } from '../context.ts';
import { exportedTable } from '../exported-table.ts';
import type { CommandMaker } from '../program.ts';

interface ExportOptions extends DataDirOption {
  readonly to: string;
  readonly format: readonly Format[];
  readonly precision: readonly Precision[];
}

export const exportCommand: CommandMaker = (context, ended) =>
  new Command('export')
    .description(
      'Write the student of a run in forms that run elsewhere, each held against the trained model.',
    )
    .argument('<run>', 'id of the run')
    .requiredOption('--to <folder>', 'a folder that is not there yet, is empty, or holds an earlier export')
    .option('--format <names>', `what to write: ${namesOf(formats)}`, namesArgument(formats), [
      'transformers-js',
    ])
    .option(
      '--precision <names>',
      `of ONNX and GGUF files: ${namesOf(precisions)}`,
      namesArgument(precisions),
      ['fp32'],
    )
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended(async (part: string, { to, format, precision, ...options }: ExportOptions) => {
        const { out, err, outColors, errColors } = context.terminal;
        const stopped = new AbortController();
        const onInterrupt = () => {
          // Asked twice, nobody waits: the other process hears that this one is gone, and tidies up.
          if (stopped.signal.aborted) process.exit(exitCodes.interrupted);
          stopped.abort();
        };
        process.on('SIGINT', onInterrupt);
        try {
          return await lookAtStore(context, options, async (store) => {
            const { models, unrecorded } = await exportRecorded(store, await store.find(part), {
              to: resolve(to),
              plan: { formats: format, precisions: precision },
              command: context.exporter,
              tell: (line) => err(`${line}\n`),
              signal: stopped.signal,
            });
            for (const { folder, files } of models) out(`${folder}\n${exportedTable(files, outColors)}\n`);
            if (unrecorded)
              err(
                `${errColors.yellow('warning')} The report was not kept with the run: ${unrecorded.message}\n`,
              );
            return exitCodes.ok;
          });
        } catch (error) {
          if (!(error instanceof Interruption)) throw error;
          err('Stopped; nothing of the unfinished model was kept.\n');
          return exitCodes.interrupted;
        } finally {
          process.off('SIGINT', onInterrupt);
        }
      }),
    );
