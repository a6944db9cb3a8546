import { tokenizerFileOf } from '../../data/text/tokenizers/checkpoint-tokenizer.ts';
import type { DatasetConfig, Experiment } from '../../experiment/schema/schema.ts';
import { folderOfCheckpoint } from '../../models/onnx/files.ts';
import { folderOf } from '../models/stored-model.ts';

/**
 * A dataset of conversations with the tokenizer that a run would take, where that is here: its template writes the texts,
 * so nothing can be said of them without it. Other datasets are looked at as they are.
 */
export async function withKnownTokenizer(
  { dataset, teacher, student }: Experiment,
  directory: string,
): Promise<DatasetConfig> {
  if (!hasConversations(dataset) || dataset.tokenizer.kind !== 'auto') return dataset;
  for (const model of [teacher, student]) {
    const folder =
      model?.checkpoint !== undefined && (await folderOf(model.checkpoint, directory).catch(() => undefined));
    const file = folder ? await tokenizerFileOf(folderOfCheckpoint(folder)) : undefined;
    if (file !== undefined) return { ...dataset, tokenizer: { kind: 'file', file } };
  }
  return dataset;
}

type Conversations = Extract<DatasetConfig, { messagesColumn?: string | undefined }>;

/** Whether texts are conversations. */
export const hasConversations = (dataset: DatasetConfig): dataset is Conversations =>
  'messagesColumn' in dataset && dataset.messagesColumn !== undefined;
