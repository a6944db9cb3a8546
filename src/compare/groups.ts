import type { Experiment } from '../experiment/schema/schema.ts';
import type { Doubt, RunData } from '../worker/directory/events.ts';
import type { ComparedRun } from './compared-run.ts';
import type { Continuation } from './continuations.ts';
import { allDataIdentity, describeData } from './data-read.ts';
import { configDifferences } from './differences.ts';
import { type FigureKey, figureKinds } from './figures/figure-kinds.ts';
import { figuresOf, type RunFigures } from './figures/run-figures.ts';
import { type Spread, spreadOf } from './figures/spread.ts';
import { configIdentity, formatConfigValue } from './flat-config.ts';
import { oneLine } from './formatting.ts';

/** An exit or peer over seeds. */
export interface CandidateSpread {
  readonly name: string;
  readonly accuracy: Spread | null;
  readonly parameters: Spread | null;
  readonly bytes: Spread | null;
  readonly latencyMs: Spread | null;
}

export interface GroupSamples {
  readonly seed: number;
  readonly continuations: readonly Continuation[];
}

/** Runs that differ by their seed alone. */
export interface RunGroup {
  /** Stable within one comparison. */
  readonly key: string;
  /** The experiment's name; with the settings that tell it from others of that name where there are such. */
  readonly label: string;
  readonly experiment: string;
  readonly strategy: string;
  /** How many groups of the same strategy come before it; tells their colours apart. */
  readonly variant: number;
  readonly config: Experiment;
  /** Directory of the experiment file, where it is known. */
  readonly directory: string | null;
  /** What all of these runs read, those apart that have not come so far; null where none has said. */
  readonly data: RunData | null;
  /** All runs, whatever their state. */
  readonly runs: readonly string[];
  /** The run that counts for each seed: the latest that completed, since one that was stopped had a smaller budget. */
  readonly counted: readonly RunFigures[];
  /** Seeds of the counted runs. */
  readonly seeds: readonly number[];
  /** Seeds of all runs. */
  readonly allSeeds: readonly number[];
  readonly deviceKinds: readonly string[];
  /** Exits or peers by name, over the counted runs. */
  readonly candidates: readonly CandidateSpread[];
  /** Accuracy of student and peers together. */
  readonly ensembleAccuracy: Spread | null;
  /** Of language models: how texts of the test set go on, in the counted run of the first seed; null where none did. */
  readonly samples: GroupSamples | null;
  /** Why the results of counted runs cannot be taken at face value; a message that several runs share stands once. */
  readonly doubts: readonly Doubt[];
  /** Mean and spread of the counted runs; null where nothing was measured. */
  readonly figures: Readonly<Record<FigureKey, Spread | null>>;
}

/** What of a configuration decides the result of a run, given its seed. */
function computed(config: Experiment): object {
  const { name, description, $schema, seeds, cacheTeacherSignals, ...rest } = config;
  return rest;
}

/** Groups in the order of their first run. */
export function groupRuns(runs: readonly ComparedRun[]): RunGroup[] {
  const members = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const key = JSON.stringify([run.experiment, directoryOf(run), configIdentity(computed(run.config))]);
    const group = members.get(key);
    if (group) group.push(run);
    else members.set(key, [run]);
  }
  const place = new Map(runs.map((run, index) => [run, index]));
  const groups = [...members.values()]
    .flatMap(byData)
    .sort(([one], [other]) => place.get(one!)! - place.get(other!)!);
  const labels = labelsOf(
    groups.map((group) => group[0]!),
    groups.map((group) => group.find(({ data }) => data !== undefined)?.data ?? null),
  );
  const counts = new Map<string, number>();
  const variants = groups.map((group) => {
    const { strategy } = group[0]!;
    const before = counts.get(strategy) ?? 0;
    counts.set(strategy, before + 1);
    return before;
  });
  return groups.map((group, index) => toGroup(group, `g${index + 1}`, labels[index]!, variants[index]!));
}

/**
 * Runs of one experiment, parted by the data they read: a mean over different data means nothing. A run that has not
 * said what it read is counted with the others where they all read the same; else one that is still to read goes with
 * the latest, and of one that ended it cannot be told.
 */
function byData(runs: readonly ComparedRun[]): ComparedRun[][] {
  const identity = (run: ComparedRun) => JSON.stringify([...allDataIdentity(run.data ?? null)]);
  const known = runs.filter(({ data }) => data !== undefined);
  const latest = known.reduce<ComparedRun | undefined>(
    (best, run) => (best && (best.createdAt ?? 0) > (run.createdAt ?? 0) ? best : run),
    undefined,
  );
  const several = new Set(known.map(identity)).size > 1;
  const parts = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const joins = run.data === undefined && latest && !(several && run.state === 'completed');
    const key = identity(joins ? latest : run);
    const part = parts.get(key);
    if (part) part.push(run);
    else parts.set(key, [run]);
  }
  return [...parts.values()];
}

/** The folder of a run's experiment file; '/' and '\\' both part names, as a run may come from another machine. */
export function directoryOf(run: ComparedRun): string | null {
  return run.file === undefined ? null : run.file.replace(/[\\/][^\\/]*$/, '');
}

function toGroup(runs: readonly ComparedRun[], key: string, label: string, variant: number): RunGroup {
  const first = runs[0]!;
  const bySeed = new Map<number, ComparedRun>();
  for (const run of runs) {
    if (run.state !== 'completed' || run.result === undefined) continue;
    const other = bySeed.get(run.seed);
    if (other === undefined || (run.createdAt ?? 0) >= (other.createdAt ?? 0)) bySeed.set(run.seed, run);
  }
  const latest = [...bySeed.values()].sort((a, b) => a.seed - b.seed);
  const counted = latest.map(figuresOf);
  const figures = Object.fromEntries(
    figureKinds.map((kind) => [kind.key, spreadOf(counted.map(kind.read))]),
  ) as Record<FigureKey, Spread | null>;
  return {
    key,
    label,
    experiment: first.experiment,
    strategy: first.strategy,
    variant,
    config: first.config,
    directory: directoryOf(first),
    data: runs.find(({ data }) => data !== undefined)?.data ?? null,
    runs: runs.map((run) => run.id),
    counted,
    seeds: counted.map((run) => run.seed),
    allSeeds: [...new Set(runs.map((run) => run.seed))].sort((a, b) => a - b),
    deviceKinds: [...new Set(counted.flatMap((run) => run.deviceKind ?? []))],
    candidates: candidatesOf(counted),
    ensembleAccuracy: spreadOf(counted.map((run) => run.ensembleAccuracy)),
    samples: samplesOf(latest),
    doubts: doubtsOf(counted),
    figures,
  };
}

function samplesOf(latest: readonly ComparedRun[]): GroupSamples | null {
  const run = latest.find(({ result }) => result?.continuations?.length);
  return run ? { seed: run.seed, continuations: run.result!.continuations! } : null;
}

function candidatesOf(counted: readonly RunFigures[]): CandidateSpread[] {
  const names = new Set(counted.flatMap((run) => run.candidates.map(({ name }) => name)));
  return [...names].map((name) => {
    const measured = counted.flatMap((run) => run.candidates.filter((one) => one.name === name));
    const spread = (key: 'accuracy' | 'parameters' | 'bytes' | 'latencyMs') =>
      spreadOf(measured.map(({ figures }) => figures[key]));
    return {
      name,
      accuracy: spread('accuracy'),
      parameters: spread('parameters'),
      bytes: spread('bytes'),
      latencyMs: spread('latencyMs'),
    };
  });
}

/** Experiments of one name get the settings in which they differ, at most three, and the data where they read other data. */
function labelsOf(firsts: readonly ComparedRun[], data: readonly (RunData | null)[]): string[] {
  const byName = new Map<string, number[]>();
  for (const [index, run] of firsts.entries()) {
    const same = byName.get(run.experiment);
    if (same) same.push(index);
    else byName.set(run.experiment, [index]);
  }
  const labels = firsts.map((run) => run.experiment);
  for (const indices of byName.values()) {
    if (indices.length === 1) continue;
    const readOther =
      new Set(indices.map((index) => JSON.stringify([...allDataIdentity(data[index]!)]))).size > 1;
    const differences = configDifferences(indices.map((index) => firsts[index]!.config));
    for (const [position, index] of indices.entries()) {
      const settings = differences
        .slice(0, 3)
        .map(({ key, values }) => `${lastPart(key)} ${oneLine(formatConfigValue(values[position]), 24)}`);
      const folder = differences.length === 0 ? directoryOf(firsts[index]!) : null;
      if (readOther) settings.push(`data ${describeData(data[index]!)}`);
      else if (folder !== null) settings.push(oneLine(folder, 40));
      if (settings.length > 0) labels[index] = `${firsts[index]!.experiment} (${settings.join(', ')})`;
    }
  }
  return labels;
}

const lastPart = (key: string) => key.slice(key.lastIndexOf('.') + 1);

function doubtsOf(runs: readonly RunFigures[]): Doubt[] {
  const byMessage = new Map<string, Doubt>();
  for (const { doubts } of runs) for (const doubt of doubts) byMessage.set(doubt.message, doubt);
  return [...byMessage.values()];
}
