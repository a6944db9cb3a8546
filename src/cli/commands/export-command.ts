import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { Interruption } from '../../base/interruption.ts';
import { UserError } from '../../base/user-error.ts';
import { formatBytes, formatCount, formatMilliseconds, formatPercent } from '../../compare/formatting.ts';
import type { ExportedFile } from '../../export/apart/protocol.ts';
import { type Format, formats, type Precision, precisions } from '../../export/forms.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import { exitCodes } from '../complain.ts';
import { type DataDirOption, lookAtStore } from '../context.ts';
import { exportRun } from '../export-run.ts';
import type { CommandMaker } from '../program.ts';
import { plainTable } from '../table.ts';
import type { Colors } from '../terminal.ts';

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
    .option('--format <names>', `what to write: ${namesOf(formats)}`, listOf(formats), ['transformers-js'])
    .option('--precision <names>', `of ONNX files: ${namesOf(precisions)}`, listOf(precisions), ['fp32'])
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended(async (part: string, { to, format, precision, ...options }: ExportOptions) => {
        const { out, err, outColors } = context.terminal;
        const run = await lookAtStore(context, options, (store) => store.find(part));
        if (!existsSync(join(new RunDirectory(run.directory).studentDirectory, 'config.json')))
          throw new UserError(`The run ${run.id} has no student to export: it is ${run.state}.`, {
            remedy: 'Export a run that is completed.',
          });
        const stopped = new AbortController();
        const onInterrupt = () => {
          // Asked twice, nobody waits: the other process hears that this one is gone, and tidies up.
          if (stopped.signal.aborted) process.exit(exitCodes.interrupted);
          stopped.abort();
        };
        process.on('SIGINT', onInterrupt);
        try {
          const models = await exportRun(
            run,
            resolve(to),
            { formats: format, precisions: precision },
            { command: context.exporter, tell: (line) => err(`${line}\n`), signal: stopped.signal },
          );
          for (const { folder, files } of models) out(`${folder}\n${tableOf(files, outColors)}\n`);
          return exitCodes.ok;
        } catch (error) {
          if (!(error instanceof Interruption)) throw error;
          err('Stopped; nothing of the unfinished model was kept.\n');
          return exitCodes.interrupted;
        } finally {
          process.off('SIGINT', onInterrupt);
        }
      }),
    );

const namesOf = (known: object): string => Object.keys(known).join(', ');

/** A reader of names joined by commas. */
function listOf<Name extends string>(known: Readonly<Record<Name, unknown>>) {
  return (text: string): Name[] => {
    const names = text.split(',').map((name) => name.trim());
    if (names.some((name) => !Object.hasOwn(known, name)))
      throw new InvalidArgumentError(`Choose among ${namesOf(known)}, joined by commas.`);
    return [...new Set(names)] as Name[];
  };
}

const tableOf = (files: readonly ExportedFile[], colors: Colors): string =>
  plainTable(
    ['file', 'size', 'same answers', 'largest difference', 'latency', 'checked on'],
    files.map(({ file, bytes, check }) => [
      file,
      formatBytes(bytes),
      check ? formatPercent(check.agreement) : '',
      check ? String(Number(check.largestDifference.toPrecision(2))) : '',
      check ? formatMilliseconds(check.latencyMs) : '',
      check ? `${formatCount(check.samples)} ${check.madeUp === undefined ? '' : 'made-up '}samples` : '',
    ]),
    colors,
  );
