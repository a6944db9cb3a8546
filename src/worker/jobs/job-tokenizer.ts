import { UserError } from '../../base/user-error.ts';
import {
  type ModelRole,
  type ReadingModel,
  tokenizerFindings,
  tokensOf,
} from '../../checks/tokens/tokenizer-findings.ts';
import { compressionSource } from '../../compression/source.ts';
import type { Dataset } from '../../data/dataset.ts';
import {
  checkpointTokenizer,
  noTokenizer,
  tokenizerFileOf,
} from '../../data/text/tokenizers/checkpoint-tokenizer.ts';
import type { GraphNames } from '../../experiment/architectures/onnx-graph.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import { compresses } from '../../experiment/strategies/compression.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { readModelConfig } from '../../models/checkpoint/read-model-config.ts';
import { folderOfCheckpoint } from '../../models/onnx/files.ts';
import { checkpointFolder } from '../../training/checkpoint-folder.ts';
import type { Job } from './job.ts';

/** A model that is there before the run, and what makes ids for it. */
export interface Checkpoint {
  readonly role: ModelRole;
  readonly path: readonly string[];
  /** Where its tokenizer lies. */
  readonly folder: string;
  /** A folder, or an ONNX file. */
  readonly model: string;
  /** What the experiment says of it, if it is an ONNX graph. */
  readonly graph?: GraphNames | undefined;
}

/**
 * The dataset with the tokenizer that its texts are cut by: "auto" becomes that of the teacher's checkpoint, else of the
 * student's. The teacher's comes first, because its answers are what is learned from.
 */
export async function withTokenizer(
  job: Job,
  config: DatasetConfig,
  checkpoints: readonly Checkpoint[],
): Promise<DatasetConfig> {
  if (!('tokenizer' in config) || config.tokenizer.kind !== 'auto') return config;
  for (const { folder } of checkpoints) {
    const file = await tokenizerFileOf(folder);
    if (file !== undefined) return { ...config, tokenizer: { kind: 'file', file } };
  }
  const [first] = checkpoints;
  if (first) job.warn((await noTokenizer(first.folder, first.role)).message, 'tokenizer');
  return config;
}

/** The models that an experiment on texts begins with, in the order in which their tokenizers are looked for. */
export async function checkpointsOfJob(job: Job): Promise<Checkpoint[]> {
  const { request, control } = job;
  const { dataset, teacher, student, strategy } = request.experiment;
  if (!('tokenizer' in dataset)) return [];
  const place = async (checkpoint: string) => {
    const model = await checkpointFolder(checkpoint, request.directory, {
      stopRequested: control.requested,
      onDownload: job.progress('prepare', 'bytes'),
    });
    return { model, folder: folderOfCheckpoint(model) };
  };
  if (compresses(strategy) && strategy.of !== 'teacher') {
    const source = await compressionSource(strategy.of, {
      experimentDirectory: request.directory,
      dataDirectory: request.dataDirectory,
    });
    return [{ role: 'model to be made smaller', path: ['strategy', 'of'], ...(await place(source)) }];
  }
  const found: Checkpoint[] = [];
  for (const [role, config] of [
    ['teacher', teacher],
    ['student', compresses(strategy) ? undefined : student],
  ] as const)
    if (config?.checkpoint !== undefined)
      found.push({
        role,
        path: [role, 'checkpoint'],
        ...(await place(config.checkpoint)),
        graph: config.graph,
      });
  return found;
}

/**
 * Finds out before anything is computed whether the models mean by token ids what the data means, and says which of
 * their rows stand for no token.
 * @throws UserError if they do not
 */
export async function requireSameTokens(
  job: Job,
  { tokenizer, task }: Dataset,
  checkpoints: readonly Checkpoint[],
): Promise<void> {
  if (!tokenizer) return;
  const models: ReadingModel[] = [];
  for (const { role, path, folder, model, graph } of checkpoints) {
    const own = await checkpointTokenizer(folder);
    const { text } = (await readModelConfig(model, { graph })).task;
    models.push({ role, path, rows: text?.vocabulary, ...(own && tokensOf(own, task)) });
    if (text && text.vocabulary > tokenizer.vocabulary && taskRecord(task).answers === 'tokens')
      job.warn(cutText(role, text.vocabulary, tokenizer.vocabulary, own?.vocabulary));
  }
  for (const { severity, message, remedy } of tokenizerFindings(tokensOf(tokenizer, task), models)) {
    if (severity === 'error') throw new UserError(message, { remedy });
    job.warn(message, 'tokenizer');
  }
}

/** Rows beyond the tokens are no answers: they are neither drawn nor counted. */
function cutText(role: ModelRole, rows: number, vocabulary: number, own: number | undefined): string {
  const tokens = Math.max(0, Math.min(rows, own ?? vocabulary) - vocabulary);
  const padding = rows - vocabulary - tokens;
  const parts = [
    ...(padding > 0 ? [`${padding} of its ${rows} rows that stand for no token`] : []),
    ...(tokens > 0 ? [`${tokens} tokens that the dataset’s tokenizer does not have`] : []),
  ];
  return `The ${role} is read without ${parts.join(' and ')}.`;
}
