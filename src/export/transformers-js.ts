import { taskRecord } from '../experiment/tasks/all.ts';
import { huggingFaceLayout } from '../models/huggingface/config.ts';
import type { Model } from '../models/model.ts';
import { longPairsRemark } from './pairs.ts';
import { tokensElsewhere } from './tokens-elsewhere.ts';

/**
 * What is to be known of a model's files in transformers.js; undefined where it opens them as any other of their kind, and
 * makes of texts what they were in training.
 * @param folder of the model
 * @param pairs whether its samples are pairs of texts
 */
export async function transformersJsRemark(
  model: Model,
  folder: string,
  pairs = false,
): Promise<string | undefined> {
  const remarks = [
    classRemark(model),
    model.task.text && (await tokensElsewhere(folder)),
    pairs ? longPairsRemark : undefined,
  ];
  return remarks.filter((remark) => remark !== undefined).join(' ') || undefined;
}

function classRemark({ config, task }: Model): string | undefined {
  if (huggingFaceLayout(config)) return undefined;
  return taskRecord(task).continuesTexts
    ? 'transformers.js knows no such model and cannot go on with texts by it: its heads were pruned. ONNX Runtime runs the file.'
    : 'transformers.js has no class for such a model: its AutoModel gives the logits; pipeline() and the Auto classes of a task refuse it.';
}
