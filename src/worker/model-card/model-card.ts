import { unlabelledOf } from '../../experiment/datasets/unlabelled.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { strategyFacts } from '../../experiment/strategies/facts.ts';
import type { Doubt, RunResult } from '../directory/events.ts';
import type { RunRequest } from '../directory/run-request.ts';
import { figuresTable } from './figures-table.ts';
import { escapeMarkdown, percent } from './markdown.ts';
import { baseModels, frontMatter } from './metadata.ts';
import { storageNotes } from './storage-notes.ts';

/**
 * The README.md of a finished student: what it is, what was measured, how it is stored, and what nobody but its owner can
 * say.
 * @param model as it is saved
 * @param device that the figures are from
 * @param doubts why the figures cannot be taken at face value
 */
export function modelCard(
  model: ModelConfig,
  request: RunRequest,
  result: RunResult,
  device: string,
  doubts: readonly Doubt[] = [],
): string {
  const { experiment } = request;
  const { strategy, student } = experiment;
  const settings = JSON.stringify({ strategy, student, training: experiment.training }, undefined, 2);
  const paragraphs = [
    frontMatter(request, result),
    `# ${escapeMarkdown(experiment.name)}`,
    experiment.description && escapeMarkdown(experiment.description),
    origin(model, request, result),
    figuresTable(result),
    doubts.length > 0 && inDoubt(doubts),
    measuring(result, device),
    againstTeacher(result),
    ...storageNotes(request, result),
    licence(request),
    '## Settings',
    ['```json', settings, '```'].join('\n'),
  ];
  return `${paragraphs.filter(Boolean).join('\n\n')}\n`;
}

function origin(
  { architecture }: ModelConfig,
  { experiment, seed }: RunRequest,
  { student }: RunResult,
): string {
  const { strategy, dataset } = experiment;
  const on = `on \`${dataset.kind}\` with seed ${seed}`;
  if (strategy.kind === 'quantize' && student.graph)
    return `A model that came as an ONNX graph, quantized by the scheme \`${strategy.scheme}\`: the same graph, with the names, inputs and outputs it had. Its figures, and the speed of the original, were measured with the files themselves, run by ONNX Runtime.`;
  if (strategy.kind === 'quantize')
    return `A model of architecture \`${architecture}\`, quantized by the scheme \`${strategy.scheme}\`. \`model.onnx\` runs it for one sample at a time; what its figures were measured with is that graph.`;
  if (strategy.kind === 'prune' && student.graph)
    return `A model that came as an ONNX graph, pruned by the method \`${strategy.method}\` to a sparsity of ${percent(strategy.sparsity)} and trained ${on}: the same graph, with the inputs and outputs it had.`;
  if (strategy.kind === 'prune')
    return `A model of architecture \`${architecture}\`, pruned by the method \`${strategy.method}\` to a sparsity of ${percent(strategy.sparsity)} and trained ${on}.`;
  const beside =
    unlabelledOf(dataset) && strategyFacts[strategy.kind].unlabelled === 'learns'
      ? ', and from the teacher’s answers on samples without labels'
      : '';
  return `A student of architecture \`${architecture}\`, trained by the strategy \`${strategy.kind}\` ${on}${beside}.`;
}

function measuring({ student: { timedRounds } }: RunResult, device: string): string {
  const medians = timedRounds === undefined ? '' : `, medians of ${timedRounds} passes`;
  return `Measured on ${escapeMarkdown(device)}, on the test set; speed of both models in turns${medians}.`;
}

const inDoubt = (doubts: readonly Doubt[]): string =>
  ['These figures are in doubt:', '', ...doubts.map(({ message }) => `- ${escapeMarkdown(message)}`)].join(
    '\n',
  );

function againstTeacher({ student, teacher, agreement, compression }: RunResult): string | undefined {
  if (!teacher) return undefined;
  const other = compression ? 'original' : 'teacher';
  const size = `The student is ${comparedSize(teacher.bytes / student.bytes)} its ${other}`;
  if (typeof agreement !== 'number') return `${size}.`;
  return `${size} and gives the same answer to ${percent(agreement)} of the test samples.`;
}

/** @param ratio how many times fewer bytes */
function comparedSize(ratio: number): string {
  if (ratio > 0.95 && ratio < 1.05) return 'as large on disk as';
  return ratio > 1
    ? `${ratio.toFixed(1)} times smaller on disk than`
    : `${(1 / ratio).toFixed(1)} times larger on disk than`;
}

/** Nothing is said for the owner: neither the data nor what it began with is known to be free. */
function licence(request: RunRequest): string {
  const named = baseModels(request);
  const base = named.length > 0 ? `the licence of ${named.map((name) => `\`${name}\``).join(' and ')}, ` : '';
  return `## Licence\n\nUnknown: whoever publishes this model names one in the header above. It may be bound by ${base}the licence of its training data, and that of its teacher.`;
}
