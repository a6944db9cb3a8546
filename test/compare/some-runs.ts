import type { ComparedRun } from '../../src/compare/compared-run.ts';
import { type ExperimentInput, experimentSchema } from '../../src/experiment/schema/schema.ts';
import type { ModelFigures } from '../../src/worker/directory/events.ts';

export const teacherFigures: ModelFigures = {
  accuracy: 0.9842,
  loss: 0.0531,
  parameters: 2_395_210,
  bytes: 9_580_920,
  latencyMs: 1.42,
  throughput: 5400,
  macroF1: 0.9841,
  calibrationError: 0.0061,
};

export const studentFigures: ModelFigures = {
  accuracy: 0.9,
  loss: 0.35,
  parameters: 50_890,
  bytes: 203_640,
  latencyMs: 0.183,
  throughput: 64_000,
  macroF1: 0.8985,
  calibrationError: 0.021,
};

interface Wanted extends Partial<Omit<ComparedRun, 'config' | 'strategy'>> {
  readonly strategy?: ExperimentInput['strategy'];
  readonly config?: Partial<ExperimentInput>;
  readonly accuracy?: number | null;
  readonly student?: Partial<ModelFigures>;
  readonly teacher?: Partial<ModelFigures> | null;
  readonly agreement?: number | null;
  readonly candidates?: Record<string, Partial<ModelFigures>>;
  /** Accuracy of student and peers together. */
  readonly ensemble?: number;
}

let count = 0;

/**
 * A completed run of a small MLP on 1,000 labelled digits, or on a novel where it has a perplexity; say what is to be
 * different.
 */
export function someRun(wanted: Wanted = {}): ComparedRun {
  const {
    strategy = { kind: 'direct' },
    accuracy,
    student,
    teacher,
    config,
    agreement,
    candidates,
    ensemble,
    ...rest
  } = wanted;
  const seed = wanted.seed ?? 0;
  const experiment = wanted.experiment ?? `MNIST ${strategy.kind}`;
  count += 1;
  return {
    id: `run-${count}`,
    name: experiment,
    experiment,
    strategy: strategy.kind,
    seed,
    state: 'completed',
    createdAt: 1_700_000_000_000 + count,
    deviceKind: 'cpu',
    device: 'ONNX Runtime on CPU',
    config: experimentSchema.parse({
      name: experiment.slice(0, 200),
      dataset:
        student?.perplexity === undefined ? { kind: 'mnist', labelledSubset: 1000 } : { kind: 'moby-dick' },
      teacher: { model: { architecture: 'mlp', hidden: [1200, 1200], dropout: 0.5 } },
      student: { model: { architecture: 'mlp', hidden: [64] } },
      strategy,
      seeds: [seed],
      ...config,
    }),
    result: {
      student: { ...studentFigures, ...(accuracy === undefined ? {} : { accuracy }), ...student },
      teacher: teacher === null ? undefined : { ...teacherFigures, ...teacher },
      agreement: agreement === undefined ? 0.93 : agreement,
      ...(candidates && {
        candidates: Object.fromEntries(
          Object.entries(candidates).map(([name, figures]) => [name, { ...studentFigures, ...figures }]),
        ),
      }),
      ...(ensemble !== undefined && {
        ensemble: { accuracy: ensemble, loss: 0.3, macroF1: ensemble, calibrationError: 0.01 },
      }),
      bestEpoch: 4,
      trainingSeconds: 12.4,
      teacherSeconds: strategy.kind === 'direct' ? undefined : 3.1,
      savedSeconds: strategy.kind === 'direct' ? undefined : 12.2,
    },
    ...rest,
  };
}

/** One run per accuracy, with seeds 0, 1, 2, … */
export function seeds(accuracies: readonly (number | null)[], wanted: Wanted = {}): ComparedRun[] {
  return accuracies.map((accuracy, seed) => someRun({ ...wanted, accuracy, seed }));
}

export const response = { kind: 'response', temperature: 4, alpha: 0.7 } as const;
