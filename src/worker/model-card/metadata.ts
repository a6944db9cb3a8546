import { taskOfDataset } from '../../experiment/datasets/all.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { compresses } from '../../experiment/strategies/compression.ts';
import { scoreNames, scoreRecords } from '../../experiment/tasks/scores.ts';
import { isHubReference, parseHubReference } from '../../models/hub/reference.ts';
import type { RunResult } from '../directory/events.ts';
import type { RunRequest } from '../directory/run-request.ts';

/**
 * The header of a model card as the Hub reads it, in YAML, of which JSON is a part: every text is quoted, so that none
 * can be taken for anything else.
 */
export function frontMatter(request: RunRequest, result: RunResult): string {
  const { experiment } = request;
  const bases = baseModels(request);
  const fields: Record<string, unknown> = {
    library_name: 'distillery',
    license: 'unknown',
    pipeline_tag: pipelineOf(experiment),
    tags: tagsOf(experiment),
    ...(bases.length > 0 && {
      base_model: bases[0],
      base_model_relation: experiment.strategy.kind === 'quantize' ? 'quantized' : 'finetune',
    }),
    'model-index': [{ name: experiment.name, results: [evaluation(experiment, result)] }],
  };
  const lines = Object.entries(fields).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return ['---', ...lines, '---'].join('\n');
}

/** Models of the Hub that the student began as, without their revision. */
export function baseModels({ experiment }: RunRequest): string[] {
  const { student, teacher, strategy } = experiment;
  const begun = compresses(strategy)
    ? strategy.of === 'teacher'
      ? teacher?.checkpoint
      : strategy.of
    : (student?.checkpoint ?? (student?.teacherLayers && teacher?.checkpoint));
  return begun !== undefined && isHubReference(begun) ? [parseHubReference(begun).repository] : [];
}

const pipelineOf = ({ dataset }: Experiment): string => taskOfDataset(dataset.kind).pipeline;

function tagsOf({ strategy }: Experiment): string[] {
  if (strategy.kind === 'quantize') return ['quantized', strategy.scheme];
  if (strategy.kind === 'prune') return ['pruned'];
  return strategy.kind === 'direct' ? [] : ['knowledge-distillation'];
}

/** What was measured on the test set, by the names of metrics that the Hub knows. */
function evaluation(experiment: Experiment, { student }: RunResult) {
  const metrics = [
    ['accuracy', 'Accuracy', student.accuracy],
    ['f1', 'Macro F1', student.macroF1],
    ['perplexity', 'Perplexity', student.perplexity],
    ...scoreNames.map((name) => [name, scoreRecords[name].label, student[name]] as const),
    ['loss', 'Cross-entropy (nats)', student.mse === undefined ? student.loss : null],
    ['expected_calibration_error', 'Expected calibration error', student.calibrationError],
  ] as const;
  const { kind } = experiment.dataset;
  return {
    task: { type: pipelineOf(experiment) },
    dataset: { name: kind, type: kind, split: 'test' },
    metrics: metrics
      .filter(([, , value]) => typeof value === 'number' && Number.isFinite(value))
      .map(([type, name, value]) => ({ type, name, value })),
  };
}
