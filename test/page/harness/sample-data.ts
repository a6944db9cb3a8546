import type { ComparedRun } from '../../../src/compare/compared-run.ts';
import { figuresOf } from '../../../src/compare/figures/run-figures.ts';
import { flattenConfig } from '../../../src/compare/flat-config.ts';
import { type ExperimentInput, experimentSchema } from '../../../src/experiment/schema/schema.ts';
import type { ModelFigures } from '../../../src/worker/directory/events.ts';
import type { RunState } from '../../../src/worker/directory/run-states.ts';
import type { RunRow, RunsSnapshot } from '../../../webview/protocol/rows.ts';

/** A run as the run store has it, with what the fake host makes curves and rows of. */
export interface SampleRun extends ComparedRun {
  readonly tags: readonly string[];
  readonly note: string;
  readonly progress: number | null;
}

/** Numbers that look random and are the same each time (Park & Miller 1988). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** When the first run was made. */
export const start = Date.UTC(2026, 0, 12, 9, 30);
const teacherAccuracy = 0.9842;

interface Family {
  readonly experiment: string;
  readonly strategy: ExperimentInput['strategy'];
  readonly accuracy: number;
  readonly spread: number;
  readonly bytes: number;
  readonly latencyMs: number;
  readonly training?: ExperimentInput['training'];
}

const families: readonly Family[] = [
  {
    experiment: 'MNIST, labels alone',
    strategy: { kind: 'direct' },
    accuracy: 0.9021,
    spread: 0.003,
    bytes: 203_640,
    latencyMs: 0.183,
  },
  {
    experiment: 'MNIST, from the teacher’s answers',
    strategy: { kind: 'response', temperature: 4, alpha: 0.7 },
    accuracy: 0.921,
    spread: 0.0025,
    bytes: 203_640,
    latencyMs: 0.181,
  },
  {
    experiment: 'MNIST, from the teacher’s answers',
    strategy: { kind: 'response', temperature: 20, alpha: 0.7 },
    accuracy: 0.914,
    spread: 0.006,
    bytes: 203_640,
    latencyMs: 0.185,
  },
  {
    experiment: 'MNIST, answers only, no labels',
    strategy: { kind: 'response', temperature: 4, alpha: 1 },
    accuracy: 0.898,
    spread: 0.0035,
    bytes: 203_640,
    latencyMs: 0.183,
  },
  {
    experiment: 'MNIST, from the teacher’s layers',
    strategy: { kind: 'feature' },
    accuracy: 0.9105,
    spread: 0.003,
    bytes: 203_640,
    latencyMs: 0.184,
  },
];

/** Bins as those of a model that is right as often as `accuracy` says, and a little too sure of it. */
function reliabilityOf(accuracy: number): NonNullable<ModelFigures['reliability']> {
  return Array.from({ length: 15 }, (_, bin) => {
    const confidence = (bin + 0.5) / 15;
    const count = bin < 2 ? 0 : Math.round(20 + 8000 * Math.exp((bin - 14) * 1.1));
    return count === 0
      ? { count, confidence: null, accuracy: null }
      : { count, confidence, accuracy: Math.max(0, confidence - (1 - accuracy) * (0.4 + bin / 20)) };
  });
}

/** A thousand samples of each class, a number or two drawn for each kind of answer: one for each sample would take too long. */
function confusionOf(accuracy: number, random: () => number): number[][] {
  return Array.from({ length: 10 }, (_, label) => {
    const row = Array.from({ length: 10 }, (_, answer) =>
      answer === label ? 0 : Math.round((1 - accuracy) * 200 * random()),
    );
    row[label] = 1000 - row.reduce((sum, count) => sum + count, 0);
    return row;
  });
}

function model(accuracy: number, random: () => number, more: Partial<ModelFigures>): ModelFigures {
  return {
    accuracy,
    loss: 0.34 - (accuracy - 0.9) * 3,
    parameters: 50_890,
    bytes: 203_640,
    latencyMs: 0.183,
    throughput: 64_000,
    macroF1: accuracy - 0.002,
    calibrationError: 0.021,
    confusion: confusionOf(accuracy, random),
    reliability: reliabilityOf(accuracy),
    ...more,
  };
}

export interface SampleOptions {
  /** Runs in all; twelve unless told. */
  readonly count?: number;
  /** State of a run by its number; completed unless told. */
  readonly stateOf?: (index: number) => RunState;
  /** Names of experiments, three runs each, instead of the usual ones. */
  readonly names?: readonly string[];
}

/** Runs of four families with three seeds each, and again with other settings as often as is needed. */
export function sampleRuns({
  count = 12,
  stateOf = () => 'completed',
  names,
}: SampleOptions = {}): SampleRun[] {
  const random = numbers(20_260_117);
  return Array.from({ length: count }, (_, index) => {
    const family = families[Math.floor(index / 3) % families.length]!;
    const round = Math.floor(index / (3 * families.length));
    const seed = index % 3;
    const state = stateOf(index);
    const experiment = names?.[Math.floor(index / 3)] ?? family.experiment;
    const accuracy = family.accuracy + (random() - 0.5) * 2 * family.spread;
    const learningRate = 1e-3 * (1 + round);
    const config = experimentSchema.parse({
      name: experiment.slice(0, 200),
      dataset: { kind: 'mnist', labelledSubset: 1000 },
      teacher: { model: { architecture: 'mlp', hidden: [1200, 1200], dropout: 0.5 } },
      student: { model: { architecture: 'mlp', hidden: [64] } },
      strategy: family.strategy,
      training: { learningRate, ...family.training },
      seeds: [seed],
    } satisfies ExperimentInput);
    return {
      id: `2026-01-12-${String(index + 1).padStart(4, '0')}`,
      name: experiment,
      experiment,
      strategy: family.strategy.kind,
      seed,
      state,
      config,
      createdAt: start + index * 97_000,
      deviceKind: 'cpu',
      device: 'ONNX Runtime on CPU, 2 threads',
      file: '/home/ada/experiments/mnist.distill.json',
      versions: { node: '20.20.2', 'onnxruntime-node': '1.30.0' },
      host: 'lab-3',
      tags: index % 5 === 0 ? ['paper'] : index % 7 === 0 ? ['paper', 'sweep'] : [],
      note: index === 0 ? 'The yardstick for everything below.' : '',
      progress: state === 'running' ? 0.2 + ((index * 13) % 70) / 100 : null,
      ...(state === 'completed'
        ? {
            result: {
              student: model(accuracy, random, {
                bytes: family.bytes,
                latencyMs: family.latencyMs + random() * 0.01,
              }),
              teacher: model(teacherAccuracy, random, {
                loss: 0.0531,
                parameters: 2_395_210,
                bytes: 9_580_920,
                latencyMs: 1.42 + random() * 0.05,
                throughput: 5400,
                calibrationError: 0.0061,
              }),
              agreement: accuracy + 0.01,
              disagreement: Array.from({ length: 10 }, (_, label) => ({
                samples: 1000,
                onlyStudent: label % 4,
                onlyTeacher: Math.round((teacherAccuracy - accuracy) * 1000) + ((label * 7) % 11),
                neither: 2 + (label % 3),
              })),
              bestEpoch: 4,
              trainingSeconds: 12 + random() * 2,
              teacherSeconds: family.strategy.kind === 'direct' ? undefined : 3.1,
              savedSeconds: family.strategy.kind === 'direct' ? undefined : 12.2,
            },
          }
        : {}),
    };
  });
}

const withoutPictures = <T extends { confusion: unknown; reliability: unknown } | null>(figures: T): T =>
  figures === null ? figures : { ...figures, confusion: null, reliability: null };

export const groupOf = (run: SampleRun): string =>
  JSON.stringify([run.experiment, { ...run.config, seeds: [], name: '' }]);

export function rowOf(run: SampleRun): RunRow {
  const figures = figuresOf(run);
  const last = figures.student?.accuracy ?? 0.87;
  return {
    id: run.id,
    name: run.name!,
    experiment: run.experiment,
    group: groupOf(run),
    strategy: run.strategy,
    data: 'mnist, 1,000 labels',
    seed: run.seed,
    state: run.state,
    resumable: run.state === 'interrupted' || run.state === 'failed',
    createdAt: run.createdAt!,
    startedAt: run.createdAt! + 1000,
    endedAt: run.state === 'completed' ? run.createdAt! + 60_000 : null,
    phase: run.state === 'running' ? 'train' : null,
    progress: run.progress,
    remainingSeconds: run.progress === null ? null : (1 - run.progress) * 40,
    problem: run.state === 'failed' ? 'The dataset file train-images.idx is truncated.' : null,
    tags: run.tags,
    note: run.note,
    lastExport: null,
    baseline: run.strategy === 'direct' && run.seed === 0,
    figures: {
      ...figures,
      disagreement: null,
      student: withoutPictures(figures.student),
      teacher: withoutPictures(figures.teacher),
    },
    metrics: {
      'validation.accuracy': { last, lowest: 0.4, highest: last + 0.001 },
      loss: { last: 0.31, lowest: 0.29, highest: 2.3 },
    },
  };
}

export const snapshotOf = (runs: readonly SampleRun[]): RunsSnapshot => ({
  runs: runs.map(rowOf),
  configs: Object.fromEntries(
    runs.map((run) => {
      const { seeds, name, ...config } = run.config;
      return [groupOf(run), Object.fromEntries(flattenConfig(config))];
    }),
  ),
});
