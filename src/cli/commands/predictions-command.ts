import { Command, Option } from 'commander';
import { stringify } from 'csv-stringify/sync';
import {
  type AnswerPage,
  type AnswerRow,
  mostRows,
  type OneAnswer,
  type Question,
  type Side,
  sortKeys,
} from '../../answers/answer-page.ts';
import { answerSource } from '../../answers/question.ts';
import { noAnswers } from '../../answers/read-answers.ts';
import { UserError } from '../../base/user-error.ts';
import { askOfAnswers, samplesAt, testSetOf } from '../../runs/answers-of-runs.ts';
import type { RunStore } from '../../runs/store.ts';
import { countArgument, textArgument } from '../arguments.ts';
import { exitCodes } from '../complain.ts';
import { type DataDirOption, lookAtStore } from '../context.ts';
import { predictionLines } from '../prediction-lines.ts';
import type { CommandMaker } from '../program.ts';

interface PredictionsOptions extends DataDirOption {
  readonly against?: string;
  readonly models?: string;
  readonly filter: string;
  readonly sort: Question['sort'];
  readonly reverse?: boolean;
  readonly limit?: number;
  readonly samples?: boolean;
  readonly csv?: boolean;
  readonly json?: boolean;
}

const shownInTerminal = 20;

export const predictionsCommand: CommandMaker = (context, ended) =>
  new Command('predictions')
    .description('Show what teacher and student, or two runs, answered to each test sample.')
    .argument('<run>', 'id of the run')
    .option('--against <run>', 'lay its student beside the student of this run, which comes first')
    .option('--models <a,b>', 'which two models, by name (of RUN and of the other, with --against)')
    .option(
      '--filter <filter>',
      'only these samples: teacher=right student=wrong, label=spam, student.confidence>90%, length<50, lost>0.5, divergence>0.1, words of the text, column.NAME:part',
      textArgument,
      '',
    )
    .addOption(
      new Option('--sort <key>', 'what to order by, most first')
        .choices(sortKeys)
        .default('lost', 'lost, what the second model lost'),
    )
    .option('--reverse', 'the other way round')
    .option('--limit <n>', `at most so many (${shownInTerminal} unless --csv or --json)`, countArgument)
    .option('--samples', 'the texts and columns of the samples too')
    .option('--csv', 'print them as CSV')
    .option('--json', 'print them as JSON, with the figures of what the filter leaves')
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended((part: string, options: PredictionsOptions) =>
        lookAtStore(context, options, async (store) => {
          const { terminal, checker } = context;
          if (options.csv && options.json)
            throw new UserError('--csv and --json are two forms.', { remedy: 'Name one of them.' });
          const sides = await sidesOf(store, part, options);
          const whole = options.csv || options.json;
          const limit = options.limit ?? (whole ? Number.POSITIVE_INFINITY : shownInTerminal);
          // The first in the file come first, and of all else the largest do.
          const descending = (options.sort !== 'position') !== (options.reverse ?? false);
          const { filter, sort } = options;
          const page = await wholePage({ ...sides, filter, sort, descending }, limit, (question) =>
            askOfAnswers(question, checker),
          );
          const samples = new Map<number, Shown>();
          if (options.samples) {
            const positions = page.rows.map(({ position }) => position);
            for await (const { position, text, columns } of samplesAt(
              await testSetOf(sides.b),
              positions,
              checker,
            ))
              samples.set(position, { text, columns: columns ?? [] });
          }
          for (const problem of page.problems) terminal.err(`${problem}\n`);
          const names = namesOf(sides);
          if (options.json) terminal.out(`${JSON.stringify(jsonOf(page, names, samples), null, 2)}\n`);
          else if (options.csv) terminal.out(csvOf(page.rows, names, samples));
          else terminal.out(predictionLines(page, names, samples, terminal.outColors));
          return page.problems.length > 0 ? exitCodes.usersMistake : exitCodes.ok;
        }),
      ),
    );

/** A sample, as far as it was asked for. */
export interface Shown {
  readonly text?: string | undefined;
  readonly columns: readonly (readonly [string, string])[];
}

type Sides = Pick<Question, 'a' | 'b'>;

/** Which two models are meant: teacher and student of a run, the student alone, or the students of two runs. */
async function sidesOf(
  store: RunStore,
  part: string,
  { against, models }: PredictionsOptions,
): Promise<Sides> {
  const run = await store.find(part);
  const other = against === undefined ? run : await store.find(against);
  const source = await answerSource(run.directory);
  if (!source) throw noAnswers(run.id);
  const named = models?.split(',').map((name) => name.trim());
  if (named && (named.length !== 2 || named.includes('')))
    throw new UserError('--models names two models.', {
      remedy: 'Write --models teacher,student for example.',
    });
  const first = against === undefined && source.models.includes('teacher') ? 'teacher' : 'student';
  const [a, b] = named ?? [first, 'student'];
  return {
    a: { directory: run.directory, run: run.id, model: a! },
    b: { directory: other.directory, run: other.id, model: b! },
  };
}

/** What the two models are called: by their names, and by their runs where these are the same. */
export type Names = readonly [string] | readonly [string, string];

function namesOf({ a, b }: Sides): Names {
  if (a.model !== b.model) return [a.model, b.model];
  return a.run === b.run ? [a.model] : [withRun(a), withRun(b)];
}

const withRun = ({ run, model }: Side) => `${model} of ${run}`;

/** All pages of an answer as one. */
async function wholePage(
  asked: Omit<Question, 'offset' | 'count'>,
  limit: number,
  ask: (question: Question) => Promise<AnswerPage>,
): Promise<AnswerPage> {
  const first = await ask({ ...asked, offset: 0, count: Math.min(limit, mostRows) });
  const rows = [...first.rows];
  while (rows.length < Math.min(limit, first.matched)) {
    const count = Math.min(limit - rows.length, mostRows);
    rows.push(...(await ask({ ...asked, offset: rows.length, count })).rows);
  }
  return { ...first, rows };
}

const sidesOfRow = ({ a, b }: AnswerRow, names: Names): [string, OneAnswer][] => {
  const [first, second] = names;
  return second === undefined
    ? [[first, a]]
    : [
        [first, a],
        [second, b],
      ];
};

/** One line a sample, raw numbers; what a spreadsheet would take for a formula is none in it. */
function csvOf(rows: readonly AnswerRow[], names: Names, samples: ReadonlyMap<number, Shown>): string {
  return stringify(
    rows.map((row) => {
      const sample = samples.get(row.position);
      return {
        ...{ position: row.position, id: row.id, label: row.label, length: row.length },
        ...Object.fromEntries(
          sidesOfRow(row, names).flatMap(([name, { answer, confidence, loss }]) => [
            [name, answer],
            [`${name}.confidence`, confidence],
            [`${name}.loss`, loss],
          ]),
        ),
        ...(names.length === 2 && { lost: row.lost, divergence: row.divergence }),
        ...(sample && { text: sample.text }),
        ...(sample && Object.fromEntries(sample.columns.map(([name, value]) => [`column.${name}`, value]))),
      };
    }),
    { header: true, escape_formulas: true, record_delimiter: 'windows', quoted_match: /[\r\n]/ },
  );
}

function jsonOf(page: AnswerPage, names: Names, samples: ReadonlyMap<number, Shown>): unknown {
  const { rows, problems, ...figures } = page;
  return {
    models: names,
    ...figures,
    samples: rows.map(({ a, b, ...row }) => ({
      ...row,
      a,
      ...(names.length === 2 && { b }),
      ...(samples.get(row.position) && {
        text: samples.get(row.position)!.text,
        columns: Object.fromEntries(samples.get(row.position)!.columns),
      }),
    })),
  };
}
