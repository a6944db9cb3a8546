import { dirname, join } from 'node:path';
import type { Experiment, StrategyConfig } from '../../experiment/schema/schema.ts';
import { lengthened, shortened } from '../../worker/directory/project-path.ts';
import { type RunState, runStates } from '../../worker/directory/run-states.ts';
import type { Swept } from '../../worker/directory/swept.ts';
import type { SqlValue, Statements } from './database.ts';
import type { RunError, RunProgress, RunSummary } from './run-summary.ts';
import { resumableSql } from './state-sql.ts';
import { DamagedRow, storedExperiment, storedPoint, storedSummary } from './stored-json.ts';

/** One run as the store knows it. Times are milliseconds since 1970. */
export interface RunRecord extends Omit<RunSummary, 'from'> {
  readonly id: string;
  /** Name of the experiment. */
  readonly experiment: string;
  /** The same for runs that differ by their seed alone. */
  readonly group: string;
  readonly strategy: StrategyConfig['kind'];
  readonly seed: number;
  readonly state: RunState;
  readonly createdAt: number;
  /** Absolute path of the experiment file the run was made from. */
  readonly file: string;
  /** The experiment as it was when the run was made, with this run's seed only. */
  readonly config: Experiment;
  /** What the user calls the run; the name of the experiment until it is renamed. */
  readonly name: string;
  readonly note: string;
  readonly tags: readonly string[];
  readonly baseline: boolean;
  /** Of a run that a sweep made. */
  readonly sweep?: Swept;
  /** Absolute path of the run directory. */
  readonly directory: string;
  readonly progress?: RunProgress;
  readonly error?: RunError;
}

export const runSortKeys = [
  'createdAt',
  'startedAt',
  'endedAt',
  'name',
  'experiment',
  'strategy',
  'seed',
  'state',
  'accuracy',
  'compression',
] as const;

export interface RunQuery {
  readonly states?: readonly RunState[];
  /** Only those that can go on. */
  readonly resumable?: true;
  readonly experiment?: string;
  readonly file?: string;
  readonly group?: string;
  readonly strategy?: string;
  /** Only those on this dataset that have this teacher or this student, as an experiment has them. */
  readonly akin?: Pick<Experiment, 'dataset' | 'teacher' | 'student'>;
  readonly tag?: string;
  /** Only those of this sweep; of null, only those of none. */
  readonly sweep?: string | null;
  readonly ids?: readonly string[];
  /** Part of id, name, experiment, note or a tag, upper or lower case. */
  readonly text?: string;
  readonly sort?: (typeof runSortKeys)[number];
  readonly descending?: boolean;
  /** At most this many runs, after leaving out the first `offset`. */
  readonly limit?: number;
  readonly offset?: number;
}

interface RunRow {
  number: number;
  id: string;
  experiment: string;
  file: string;
  family: string;
  name: string;
  strategy: StrategyConfig['kind'];
  seed: number;
  config: string;
  created_at: number;
  state: RunState;
  summary: string;
  note: string;
  baseline: number;
  tags: string | null;
  point: string | null;
}

const sortColumns: Record<(typeof runSortKeys)[number], string> = {
  createdAt: 'runs.created_at',
  startedAt: 'runs.started_at',
  endedAt: 'runs.ended_at',
  name: 'runs.name COLLATE NOCASE',
  experiment: 'experiments.name COLLATE NOCASE',
  strategy: 'runs.strategy',
  seed: 'runs.seed',
  state: 'runs.state',
  accuracy: 'runs.accuracy',
  compression: 'runs.compression',
};

const selectRuns = `SELECT runs.number, runs.id, experiments.name AS experiment, experiments.file, family, runs.name,
  strategy, seed, config, created_at, state, summary, note, baseline, point,
  (SELECT json_group_array(tag) FROM (SELECT tag FROM tags WHERE run = runs.number ORDER BY tag)) AS tags
  FROM runs JOIN experiments ON experiments.number = runs.experiment`;

/** The runs that match, newest first unless another order is asked for. Paths are joined to `runsDirectory`.
 * Rows that are damaged are left out and told of. */
export async function selectRunRecords(
  database: Statements,
  runsDirectory: string,
  query: RunQuery = {},
  onDamaged: (id: string) => void = () => {},
): Promise<RunRecord[]> {
  const { where, parameters } = conditions(query, runsDirectory);
  const descending = query.descending ?? query.sort === undefined;
  const direction = descending ? 'DESC' : 'ASC';
  const rows = await database.all<RunRow>(
    `${selectRuns} ${where}
     ORDER BY ${sortColumns[query.sort ?? 'createdAt']} ${direction} NULLS LAST, runs.number ${direction}
     LIMIT ? OFFSET ?`,
    [...parameters, query.limit ?? -1, query.offset ?? 0],
  );
  return rows.flatMap((row) => {
    try {
      return [toRecord(row, runsDirectory)];
    } catch (error) {
      if (!(error instanceof DamagedRow)) throw error;
      onDamaged(row.id);
      return [];
    }
  });
}

/** How many runs match, paging aside. */
export async function countRunRecords(
  database: Statements,
  runsDirectory: string,
  query: RunQuery,
): Promise<number> {
  const { where, parameters } = conditions(query, runsDirectory);
  const row = await database.get<{ n: number }>(
    `SELECT count(*) AS n FROM runs JOIN experiments ON experiments.number = runs.experiment ${where}`,
    parameters,
  );
  return row!.n;
}

/** Experiment files with the number of their runs that match, by path. */
export async function countByFile(
  database: Statements,
  runsDirectory: string,
  query: RunQuery,
): Promise<ExperimentRuns[]> {
  const { where, parameters } = conditions(query, runsDirectory);
  const rows = await database.all<{ file: string; runs: number; completed: string }>(
    `SELECT experiments.file, count(*) AS runs,
       json_group_array(json_array(runs.family, runs.seed, runs.accuracy, runs.created_at, runs.number))
         FILTER (WHERE runs.state = 'completed' AND runs.accuracy IS NOT NULL) AS completed
     FROM runs JOIN experiments ON experiments.number = runs.experiment
     ${where} GROUP BY experiments.file ORDER BY experiments.file`,
    parameters,
  );
  return rows.map(({ file, runs, completed }) => ({
    file: lengthened(file, dirname(runsDirectory)),
    runs,
    ...latestAccuracies(JSON.parse(completed)),
  }));
}

/** Runs of an experiment file in short. */
export interface ExperimentRuns {
  readonly file: string;
  readonly runs: number;
  /** Accuracies of the completed runs of the latest settings, one for each seed. */
  readonly accuracies: readonly number[];
  /** How many settings, apart from the seed, have completed runs. */
  readonly settings: number;
}

/** Runs of other settings are not averaged with these, nor is a seed that ran twice counted twice: its latest run is. */
function latestAccuracies(
  completed: readonly (readonly [
    group: string,
    seed: number,
    accuracy: number,
    createdAt: number,
    number: number,
  ])[],
): Pick<ExperimentRuns, 'accuracies' | 'settings'> {
  const newestFirst = completed.toSorted((a, b) => b[3] - a[3] || b[4] - a[4]);
  const latest = newestFirst[0]?.[0];
  const bySeed = new Map<number, number>();
  for (const [group, seed, accuracy] of newestFirst)
    if (group === latest && !bySeed.has(seed)) bySeed.set(seed, accuracy);
  return { accuracies: [...bySeed.values()], settings: new Set(completed.map(([group]) => group)).size };
}

/** Conditions on runs and their experiments, for a WHERE of its own. */
export function conditions(
  query: RunQuery,
  runsDirectory: string,
): { where: string; parameters: SqlValue[] } {
  const terms: string[] = [];
  const parameters: SqlValue[] = [];
  const add = (term: string, ...values: SqlValue[]) => {
    terms.push(term);
    parameters.push(...values);
  };
  if (query.states) add('runs.state IN (SELECT value FROM json_each(?))', JSON.stringify(query.states));
  if (query.resumable) add(resumableSql);
  if (query.ids) add('runs.id IN (SELECT value FROM json_each(?))', JSON.stringify(query.ids));
  if (query.experiment !== undefined) add('experiments.name = ?', query.experiment);
  if (query.file !== undefined) add('experiments.file = ?', shortened(query.file, dirname(runsDirectory)));
  if (query.group !== undefined) add('runs.family = ?', query.group);
  if (query.strategy !== undefined) add('runs.strategy = ?', query.strategy);
  if (query.akin) {
    const { dataset, teacher, student } = query.akin;
    const same = (part: string) => `json_extract(runs.config, '$.${part}') IS ?`;
    const text = (part: object | undefined) => (part === undefined ? null : JSON.stringify(part));
    add(
      `${same('dataset')} AND (${same('teacher')} OR ${same('student')})`,
      text(dataset),
      text(teacher),
      text(student),
    );
  }
  if (query.sweep === null) add('runs.sweep IS NULL');
  else if (query.sweep !== undefined) add('runs.sweep = ?', query.sweep);
  if (query.tag !== undefined)
    add('EXISTS (SELECT 1 FROM tags WHERE tags.run = runs.number AND tags.tag = ?)', query.tag);
  if (query.text) {
    const pattern = `%${query.text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
    const like = (column: string) => `${column} LIKE ? ESCAPE '\\'`;
    const columns = ['runs.id', 'runs.name', 'experiments.name', 'runs.note'];
    add(
      `(${columns.map(like).join(' OR ')}
        OR EXISTS (SELECT 1 FROM tags WHERE tags.run = runs.number AND ${like('tags.tag')}))`,
      ...Array<string>(columns.length + 1).fill(pattern),
    );
  }
  return { where: terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`, parameters };
}

function toRecord(row: RunRow, runsDirectory: string): RunRecord {
  const summary = storedSummary(row.id, row.summary);
  const begins = row.state === 'queued' || (row.state === 'running' && summary.state !== 'running');
  const { from, ...told } = begins ? withoutFormerLife(summary) : summary;
  return {
    ...told,
    id: row.id,
    experiment: row.experiment,
    group: row.family,
    strategy: row.strategy,
    seed: row.seed,
    // A run that was queued again has a newer state than its events tell.
    state: storedState(row),
    createdAt: row.created_at,
    file: lengthened(row.file, dirname(runsDirectory)),
    config: storedExperiment(row.id, row.config),
    name: row.name,
    note: row.note,
    tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
    baseline: row.baseline === 1,
    ...(row.point !== null && { sweep: storedPoint(row.id, row.point) }),
    directory: join(runsDirectory, row.id),
  };
}

function storedState({ id, state }: RunRow): RunState {
  if (!runStates.includes(state)) throw new DamagedRow(id);
  return state;
}

/** How a run ended and how far it was then is no news of it any more once it is to go on. */
function withoutFormerLife({
  endedAt,
  error,
  cancelReason,
  phase,
  progress,
  resumedFromEpoch,
  pid,
  host,
  ...lasting
}: RunSummary): RunSummary {
  return lasting;
}
