import type { StopRequested } from '../../base/interruption.ts';
import type { Split, TextAmount } from '../../data/dataset.ts';
import type { Device } from '../../device/device.ts';
import { isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { frozenCount } from '../../models/frozen.ts';
import { adaptedCount } from '../../models/lora/adapter.ts';
import { type Model, parameterCount } from '../../models/model.ts';
import { Evaluator } from '../../training/evaluation/evaluate.ts';
import type { Speed } from '../../training/evaluation/measure.ts';
import type { NamedModel } from '../../training/evaluation/named-model.ts';
import type { Quality } from '../../training/evaluation/quality.ts';
import { evaluationOf } from '../../training/tasks/all.ts';
import type { EnsembleFigures, ModelFigures } from '../directory/events.ts';

/** A model whose figures belong into the result of a run. */
export interface Subject extends NamedModel {
  /** Whether it answers together with the student, by the mean of their probabilities. */
  readonly ensemble: boolean;
}

export interface AssessOptions {
  readonly device: Device;
  readonly split: Split;
  readonly stopRequested: StopRequested;
  readonly onProgress: (done: number, total: number) => void;
  /** What is known already, by name. */
  readonly known?: ReadonlyMap<string, Quality>;
  /** Called when a model has been evaluated. */
  readonly onQuality: (name: string, quality: Quality) => void;
}

export const ensembleName = 'ensemble';

/**
 * How well each model answers the test set, by name, and the ensemble of those that form one under
 * {@link ensembleName}, unless one of those answers NaN.
 * @throws Interruption
 */
export async function assessAll(
  subjects: readonly Subject[],
  { device, split, stopRequested, onProgress, known, onQuality }: AssessOptions,
): Promise<Map<string, Quality>> {
  const members = subjects.filter(({ ensemble }) => ensemble).map(({ model }) => model);
  const models = subjects.map(
    ({ name, model, device: own, dataset }) => [name, model, own ?? device, dataset?.test ?? split] as const,
  );
  if (members.length > 1) models.push([ensembleName, ensembleOf(members), device, split]);
  const together = new Set(subjects.filter(({ ensemble }) => ensemble).map(({ name }) => name));
  const qualities = new Map<string, Quality>();
  for (const [index, [name, model, place, own]] of models.entries()) {
    if (name === ensembleName && [...together].some((member) => qualities.get(member)!.unanswered > 0))
      continue;
    const before = known?.get(name);
    if (before) {
      qualities.set(name, before);
      onQuality(name, before);
      continue;
    }
    const evaluator = new Evaluator(place, model);
    try {
      const quality = await evaluator.evaluate(own, {
        stopRequested,
        keep: true,
        onProgress: (done, total) => onProgress(index * total + done, models.length * total),
      });
      qualities.set(name, quality);
      onQuality(name, quality);
    } finally {
      evaluator.dispose();
    }
  }
  return qualities;
}

/** A model that answers as its members do together; it owns no weights. */
function ensembleOf(members: readonly Model[]): Model {
  const { together } = evaluationOf(members[0]!.task);
  return {
    ...members[0]!,
    forward(input, options) {
      const results = members.map((member) => member.forward(input, options));
      return { ...results[0]!, logits: together(results.map(({ logits }) => logits)) };
    },
    pool: (hiddenState) => hiddenState,
    dispose: () => {},
  };
}

/** @param amount of the test texts, where the model answers tokens */
export function figuresOf(
  model: Model,
  quality: Quality,
  speed: Speed,
  bytes: number,
  amount?: TextAmount,
): ModelFigures {
  const frozen = frozenCount(model);
  return {
    ...answersOf(quality),
    ...(quality.unanswered > 0 && { unanswered: quality.unanswered }),
    parameters: parameterCount(model),
    ...(isGraphConfig(model.config) && {
      graph: true,
      ...(model.config.asIs !== undefined && { asIs: true }),
    }),
    ...(model.adapter
      ? { adapterParameters: adaptedCount(model) }
      : frozen > 0 && { frozenParameters: frozen }),
    bytes,
    latencyMs: speed.latencyMs,
    throughput: speed.throughput,
    timedRounds: speed.rounds,
    ...(taskRecord(model.task).shownBy === 'perplexity' && { perplexity: Math.exp(quality.loss) }),
    ...(amount && { bitsPerByte: bitsPerByte(quality.loss, amount) }),
    confusion: quality.confusion,
  };
}

/** Nats per token as bits per byte, by how many tokens the test texts are. */
export const bitsPerByte = (loss: number, { bytes, tokens }: TextAmount): number =>
  (loss * tokens) / (Math.LN2 * bytes);

export const answersOf = ({
  accuracy,
  loss,
  macroF1,
  calibrationError,
  reliability,
  scores,
}: Quality): EnsembleFigures => ({
  accuracy,
  loss,
  macroF1: macroF1 ?? null,
  calibrationError,
  reliability: [...reliability],
  ...scores,
});
