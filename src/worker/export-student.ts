import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Dataset } from '../data/dataset.ts';
import { fileProblem } from '../data/file-problem.ts';
import type { ModelConfig } from '../experiment/schema.ts';
import { type SaveOptions, saveModel } from '../models/checkpoint.ts';
import type { Model } from '../models/model.ts';
import type { ModelFigures, RunResult } from './events.ts';
import type { RunRequest } from './run-request.ts';

/**
 * Writes the finished student: config.json, model.safetensors and the files of its tokenizer, without whatever its
 * strategy had added for training.
 * @returns bytes of the weights on disk
 * @throws UserError if the disk is full; no student is there then
 */
export async function exportStudent(
  student: Model,
  { classNames, tokenizer }: Dataset,
  directory: string,
  stored?: SaveOptions['stored'],
): Promise<{ bytes: number }> {
  const files = new Map(Object.entries(tokenizer?.files() ?? {}));
  return saveModel(student, directory, {
    files,
    endId: tokenizer?.endId,
    stored,
    ...(classNames.length > 0 && { classNames }),
  });
}

/** Puts the model card, with what was measured, beside the weights. */
export async function writeModelCard(
  directory: string,
  model: ModelConfig,
  request: RunRequest,
  result: RunResult,
  device: string,
): Promise<void> {
  const file = join(directory, 'README.md');
  try {
    await writeFileAtomic(file, modelCard(model, request, result, device));
  } catch (error) {
    throw fileProblem(error, file);
  }
}

export function modelCard(
  model: ModelConfig,
  { experiment, seed }: RunRequest,
  result: RunResult,
  device: string,
): string {
  const { strategy, student } = experiment;
  const { teacher } = result;
  const columns: [string, ModelFigures][] = [['Student', result.student]];
  if (teacher) columns.push(['Teacher', teacher]);
  const row = (title: string, cell: (figures: ModelFigures) => string) =>
    `| ${title} | ${columns.map(([, figures]) => cell(figures)).join(' | ')} |`;
  const lines = [
    '---',
    'library_name: distillery',
    'tags: [knowledge-distillation]',
    '---',
    '',
    `# ${escapeMarkdown(experiment.name)}`,
    '',
    ...(experiment.description ? [escapeMarkdown(experiment.description), ''] : []),
    origin(model, experiment, seed),
    '',
    `| Test set | ${columns.map(([title]) => title).join(' | ')} |`,
    `| --- |${' ---: |'.repeat(columns.length)}`,
    row('Accuracy', ({ accuracy }) => percent(accuracy)),
    row('Cross-entropy (nats)', ({ loss }) => decimal(loss, 4)),
    row('Macro F1', ({ macroF1 }) => decimal(macroF1, 4)),
    row('Calibration error', ({ calibrationError }) => decimal(calibrationError, 4)),
    row('Parameters', ({ parameters }) => parameters.toLocaleString('en-US')),
    row('Bytes on disk', ({ bytes }) => bytes.toLocaleString('en-US')),
    row('Latency, one sample (ms)', ({ latencyMs }) => decimal(latencyMs, 3)),
    row('Samples per second, batches of 32', ({ throughput }) => decimal(throughput, 0)),
    '',
    `Measured on ${escapeMarkdown(device)}; both models in turns.`,
  ];
  if (teacher)
    lines.push(
      `The student is ${(teacher.bytes / result.student.bytes).toFixed(1)} times smaller on disk than its teacher` +
        (typeof result.agreement === 'number'
          ? ` and gives the same answer to ${percent(result.agreement)} of the test samples.`
          : '.'),
    );
  lines.push(...quantizedWeights(result));
  const settings = JSON.stringify({ strategy, student, training: experiment.training }, undefined, 2);
  lines.push('', '## Settings', '', '```json', settings, '```', '');
  return lines.join('\n');
}

function origin(
  { architecture }: ModelConfig,
  { strategy, dataset }: RunRequest['experiment'],
  seed: number,
): string {
  const on = `on \`${dataset.kind}\` with seed ${seed}`;
  if (strategy.kind === 'quantize')
    return `A model of architecture \`${architecture}\`, quantized by the scheme \`${strategy.scheme}\`. \`model.onnx\` runs it for one sample at a time; what its figures were measured with is that graph.`;
  if (strategy.kind === 'prune')
    return `A model of architecture \`${architecture}\`, pruned by the method \`${strategy.method}\` to a sparsity of ${percent(strategy.sparsity)} and trained on ${on}.`;
  return `A student of architecture \`${architecture}\`, trained by the strategy \`${strategy.kind}\` ${on}.`;
}

/** Which weights are stored in fewer bits, and which are not. */
function quantizedWeights({ compression }: RunResult): string[] {
  const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ') || 'none';
  if (!compression?.quantizedWeights || !compression.floatWeights?.length) return [];
  return [
    '',
    `Quantized: ${list(compression.quantizedWeights)}.`,
    '',
    `Left in float32: ${list(compression.floatWeights)}.`,
  ];
}

const percent = (fraction: number | null | undefined) =>
  typeof fraction === 'number' && Number.isFinite(fraction) ? `${(100 * fraction).toFixed(2)} %` : '–';

const decimal = (value: number | null, digits: number) =>
  value !== null && Number.isFinite(value) ? value.toFixed(digits) : '–';

/** Text as itself: no markup, no HTML, on one line. */
const escapeMarkdown = (text: string) =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]()#+!|>~-]/g, String.raw`\$&`);
