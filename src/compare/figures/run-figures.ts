import { taskOfDataset } from '../../experiment/datasets/all.ts';
import { eachScore, isScore, type Scores } from '../../experiment/tasks/scores.ts';
import type { Doubt, ModelFigures } from '../../worker/directory/events.ts';
import { unlabelledCount } from '../../worker/directory/unlabelled-text.ts';
import { type ComparedRun, known, ratio } from '../compared-run.ts';
import type { ClassDisagreement } from './disagreement.ts';
import type { ReliabilityBin } from './reliability.ts';

/** Figures of one model; null is not measured, or not a finite number. */
export interface ModelSummary extends Scores<number | null> {
  /** 0…1, on the test set; null also where answers are numbers. */
  readonly accuracy: number | null;
  /** Mean cross-entropy on the test set, nats; of numbers the mean squared error. */
  readonly loss: number | null;
  readonly parameters: number | null;
  /** Set where its network came as an ONNX graph. */
  readonly graph?: boolean;
  /** Set where it is such a graph that is run as it is, quantized or without gradients. */
  readonly asIs?: boolean;
  /** Weights on disk. */
  readonly bytes: number | null;
  /** Median of warmed single-sample passes. */
  readonly latencyMs: number | null;
  /** Samples per second in batches of 32. */
  readonly throughput: number | null;
  readonly macroF1: number | null;
  readonly calibrationError: number | null;
  /** Of language models: the exponential of the loss; null for others. */
  readonly perplexity: number | null;
  /** Of language models: the loss over the bytes of the test texts, in bits, whatever the tokens; null for others. */
  readonly bitsPerByte: number | null;
  /** confusion[label][prediction]. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** By rising confidence. */
  readonly reliability: readonly ReliabilityBin[] | null;
}

/** A further model of a run: an exit of a self-distilled student, or a peer. */
export interface Candidate {
  readonly name: string;
  readonly figures: ModelSummary;
}

/** Teacher against student in one run. */
export interface RunFigures {
  readonly run: string;
  readonly name: string;
  readonly experiment: string;
  readonly strategy: string;
  readonly seed: number;
  readonly state: ComparedRun['state'];
  readonly device: string | null;
  readonly deviceKind: string | null;
  readonly teacher: ModelSummary | null;
  readonly student: ModelSummary | null;
  readonly candidates: readonly Candidate[];
  /** What student and peers answer together, by the mean of their probabilities. */
  readonly ensembleAccuracy: number | null;
  /** Teacher bytes over student bytes. */
  readonly compressionRatio: number | null;
  /** Student over teacher in what shows how good a model is, where more of it is better: accuracy, or another score. */
  readonly retention: number | null;
  /** Fraction of test samples on which both predict the same class. */
  readonly agreement: number | null;
  /** Where they do not, by true class. */
  readonly disagreement: readonly ClassDisagreement[] | null;
  /** Teacher latency over student latency, both measured in this run. */
  readonly speedup: number | null;
  readonly trainingSeconds: number | null;
  readonly teacherSeconds: number | null;
  /** What the cache of teacher signals saved. */
  readonly savedSeconds: number | null;
  /** What the device reported to have used while the student trained. */
  readonly energyJoules: number | null;
  readonly bestEpoch: number | null;
  /** Samples without labels, '3,912 of 4,154'; left out where the run has none. */
  readonly unlabelled?: string;
  /** Why the figures cannot be taken at face value. */
  readonly doubts: readonly Doubt[];
}

export function figuresOf(run: ComparedRun): RunFigures {
  const result = run.result;
  const measured = result?.teacher ? summary(result.teacher) : null;
  const teacher = measured && result?.otherTokens ? withoutTokens(measured) : measured;
  const student = result ? summary(result.student) : null;
  return {
    run: run.id,
    name: run.name ?? run.experiment,
    experiment: run.experiment,
    strategy: run.strategy,
    seed: run.seed,
    state: run.state,
    device: run.device ?? null,
    deviceKind: run.deviceKind ?? null,
    teacher,
    student,
    candidates: Object.entries(result?.candidates ?? {}).map(([name, figures]) => ({
      name,
      figures: summary(figures),
    })),
    ensembleAccuracy: known(result?.ensemble?.accuracy),
    compressionRatio: ratio(teacher?.bytes ?? null, student?.bytes ?? null),
    retention: retentionOf(run, student, teacher),
    agreement: known(result?.agreement),
    disagreement: result?.disagreement ?? null,
    speedup: ratio(teacher?.latencyMs ?? null, student?.latencyMs ?? null),
    trainingSeconds: known(result?.trainingSeconds),
    teacherSeconds: known(result?.teacherSeconds),
    savedSeconds: known(result?.savedSeconds),
    energyJoules: known(result?.energy?.joules),
    bestEpoch: known(result?.bestEpoch),
    ...(run.data?.unlabelled && { unlabelled: unlabelledCount(run.data.unlabelled) }),
    doubts: (run.doubts ?? []).map(({ kind, message }) => ({ kind, message })),
  };
}

/** A ratio says something of what begins at zero: where a teacher explains nothing there is nothing to keep. */
function retentionOf(run: ComparedRun, student: ModelSummary | null, teacher: ModelSummary | null) {
  const { shownBy } = taskOfDataset(run.config.dataset.kind);
  const key = isScore(shownBy) ? shownBy : 'accuracy';
  const all = teacher?.[key] ?? null;
  return all !== null && all > 0 ? ratio(student?.[key] ?? null, all) : null;
}

function summary(figures: ModelFigures): ModelSummary {
  return {
    accuracy: known(figures.accuracy),
    loss: known(figures.loss),
    parameters: known(figures.parameters),
    ...(figures.graph && { graph: true }),
    ...(figures.asIs && { asIs: true }),
    bytes: known(figures.bytes),
    latencyMs: known(figures.latencyMs),
    throughput: known(figures.throughput),
    macroF1: known(figures.macroF1),
    calibrationError: known(figures.calibrationError),
    perplexity: known(figures.perplexity),
    bitsPerByte: known(figures.bitsPerByte),
    ...eachScore((name) => known(figures[name])),
    confusion: figures.confusion ?? null,
    reliability: figures.reliability ?? null,
  };
}

/** Without the figures per token of a model whose tokens are not the student’s: beside the student’s they mislead. */
const withoutTokens = (figures: ModelSummary): ModelSummary => ({
  ...figures,
  accuracy: null,
  loss: null,
  perplexity: null,
  calibrationError: null,
  reliability: null,
});
