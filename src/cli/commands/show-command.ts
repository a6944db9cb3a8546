import { Command } from 'commander';
import { headline } from '../../compare/figures/headline.ts';
import {
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatSeconds,
  missing,
  oneLine,
} from '../../compare/formatting.ts';
import type { SeriesInfo } from '../../runs/database/metrics.ts';
import type { RunRecord } from '../../runs/database/run-records.ts';
import type { Artifact } from '../../runs/database/stored-events.ts';
import { exportsOf } from '../../runs/exports/recorded-exports.ts';
import type { ModelFigures, RunData, RunResult } from '../../worker/directory/events.ts';
import { unlabelledText } from '../../worker/directory/unlabelled-text.ts';
import { exitCodes } from '../complain.ts';
import { type DataDirOption, lookAtStore } from '../context.ts';
import { exportedTable } from '../exported-table.ts';
import type { CommandMaker } from '../program.ts';
import { plainTable } from '../table.ts';
import type { Colors } from '../terminal.ts';
import { stateText } from './runs-command.ts';

interface ShowOptions extends DataDirOption {
  readonly json?: boolean;
  readonly events?: boolean;
  readonly curve?: string;
}

export const showCommand: CommandMaker = (context, ended) =>
  new Command('show')
    .description('Show all that is known of one run.')
    .argument('<run>', 'id of the run')
    .option('--json', 'print it as JSON')
    .option('--events', 'its events too')
    .option('--curve <metric>', 'the points of one curve instead, for example validation.accuracy')
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended((part: string, options: ShowOptions) =>
        lookAtStore(context, options, async (store) => {
          const { out, outColors: colors } = context.terminal;
          const run = await store.find(part);
          const series = (await store.series([run.id])).get(run.id)!;
          if (options.curve !== undefined) {
            const curves = await Promise.all(
              series
                .filter(({ name }) => name === options.curve)
                .map(async ({ model }) => ({
                  model,
                  points: await store.points(run.id, model, options.curve!),
                })),
            );
            if (options.json) out(`${JSON.stringify(curves, null, 2)}\n`);
            else
              for (const { model, points } of curves)
                for (const { step, epoch, value } of points) out(`${model}\t${step}\t${epoch}\t${value}\n`);
            return exitCodes.ok;
          }
          const artifacts = await store.artifacts(run.id);
          const events = options.events ? await store.events(run.id) : undefined;
          if (options.json)
            out(
              `${JSON.stringify({ ...run, exports: exportsOf(run), series, artifacts, events }, null, 2)}\n`,
            );
          else {
            out(description(run, series, artifacts, colors));
            for (const { seq, time, type, body } of events ?? [])
              out(`${seq}\t${new Date(time).toISOString()}\t${type}\t${body ? JSON.stringify(body) : ''}\n`);
          }
          return exitCodes.ok;
        }),
      ),
    );

const dateText = (time: number | undefined) =>
  time === undefined ? '' : new Date(time).toISOString().replace('T', ' ').slice(0, 19).concat(' UTC');

function description(
  run: RunRecord,
  series: readonly SeriesInfo[],
  artifacts: readonly Artifact[],
  colors: Colors,
): string {
  const { result, error } = run;
  const rows: [string, string | undefined][] = [
    ['run', run.id],
    ['name', run.name],
    ['state', stateText(run, colors)],
    ['why', error && [error.message, error.remedy].filter(Boolean).join(' ')],
    ['experiment', `${run.experiment} (${run.file})`],
    ['strategy', run.strategy],
    ['seed', `${run.seed}`],
    ['data', run.data && dataText(run.data)],
    ['device', run.device],
    ['made', dateText(run.createdAt)],
    ['started', dateText(run.startedAt)],
    ['ended', dateText(run.endedAt)],
    ['tags', run.tags.join(', ')],
    ['note', run.note],
    ['baseline', run.baseline ? 'yes' : ''],
    ...(run.doubts ?? []).map(({ message }): [string, string] => ['in doubt', oneLine(message, 600)]),
    ['folder', run.directory],
    ['training', result && trainingText(result)],
    ['agreement', result?.agreement === undefined ? '' : formatPercent(result.agreement)],
  ];
  const blocks = [
    rows
      .filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '')
      .map(([key, value]) => `${colors.dim(key.padEnd(12))}${value}\n`)
      .join(''),
  ];
  const bits = result?.student.bitsPerByte !== undefined;
  if (result)
    blocks.push(
      plainTable(
        [
          '',
          headline(result.student).name,
          'loss',
          ...(bits ? ['bits per byte'] : []),
          'parameters',
          'bytes',
          'latency',
        ],
        [
          ...(result.teacher ? [['teacher', ...figureCells(result.teacher, bits, result.otherTokens)]] : []),
          ['student', ...figureCells(result.student, bits)],
          ...Object.entries(result.candidates ?? {}).map(([name, figures]) => [
            name,
            ...figureCells(figures, bits),
          ]),
          ...(result.ensemble
            ? [
                [
                  'together',
                  headline(result.ensemble).text,
                  formatNumber(result.ensemble.loss),
                  ...(bits ? [''] : []),
                  '',
                  '',
                  '',
                ],
              ]
            : []),
        ],
        colors,
      ),
    );
  if (result?.continuations?.length) blocks.push(continuationLines(result.continuations, colors));
  if (series.length > 0)
    blocks.push(
      plainTable(
        ['curve', 'points', 'last', 'lowest', 'highest'],
        series.map(({ model, name, points, last, lowest, highest }) => [
          model === 'student' ? name : `${model}: ${name}`,
          `${points}`,
          ...[last, lowest, highest].map((value) => formatNumber(value)),
        ]),
        colors,
      ),
    );
  for (const { model, folder, time, files, problem } of exportsOf(run))
    blocks.push(
      problem === undefined
        ? `exported ${model} to ${oneLine(folder, 600)}, ${dateText(time)}\n${exportedTable(files, colors)}`
        : `not exported to ${oneLine(folder, 600)}, ${dateText(time)}: ${oneLine(problem, 600)}\n`,
    );
  if (artifacts.length > 0)
    blocks.push(artifacts.map(({ path, best }) => `${path}${best ? ' (best)' : ''}\n`).join(''));
  return blocks.join('\n');
}

const dataText = ({ content, samples: { train, validation, test }, unlabelled }: RunData) =>
  `${formatCount(train)} training, ${formatCount(validation)} validation, ${formatCount(test)} test samples (${content.slice(0, 8)})${unlabelled ? `; ${unlabelledText(unlabelled)}` : ''}`;

const longestSample = 300;

/** How each model goes on with texts of the test set. */
function continuationLines(continuations: NonNullable<RunResult['continuations']>, colors: Colors): string {
  const line = (title: string, text: string) =>
    `  ${colors.dim(title.padEnd(10))}${oneLine(text, longestSample)}\n`;
  return continuations
    .map(({ prompt, reference, texts }) =>
      [
        `${oneLine(prompt, longestSample)} …\n`,
        line('the text', reference),
        ...Object.entries(texts).map(([model, text]) => line(model, text)),
      ].join(''),
    )
    .join('');
}

/** @param otherTokens whose figures per token are none beside those of the student */
const figureCells = (figures: ModelFigures, bits: boolean, otherTokens = false) => [
  otherTokens ? missing : headline(figures).text,
  otherTokens ? missing : formatNumber(figures.loss),
  ...(bits ? [formatNumber(figures.bitsPerByte)] : []),
  sizeText(figures),
  formatBytes(figures.bytes),
  formatMilliseconds(figures.latencyMs),
];

const sizeText = ({ parameters, frozenParameters, adapterParameters }: ModelFigures): string =>
  [
    formatCount(parameters),
    ...(frozenParameters ? [`${formatCount(frozenParameters)} frozen`] : []),
    ...(adapterParameters ? [`${formatCount(adapterParameters)} trained (LoRA)`] : []),
  ].join(', ');

/** How long training took, and of texts how fast it went. */
function trainingText({
  trainingSeconds,
  trainedTokens,
}: Pick<RunResult, 'trainingSeconds' | 'trainedTokens'>): string {
  const seconds = formatSeconds(trainingSeconds);
  if (trainedTokens === undefined || trainingSeconds === 0) return seconds;
  return `${seconds}, ${formatCount(Math.round(trainedTokens / trainingSeconds))} tokens a second`;
}
