import type { Dataset } from '../../data/dataset.ts';
import { studentTokenizerFiles } from '../../data/text/tokenizers/student-tokenizer.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { constructionOf } from '../architectures/all.ts';
import type { Model } from '../model.ts';

/** The files of the tokenizer that a model was trained with, by name, to lie beside its weights; none without texts. */
export function tokenizerFiles(
  { config, task: own }: Model,
  { tokenizer, task }: Pick<Dataset, 'tokenizer' | 'task'>,
): ReadonlyMap<string, string> {
  if (!tokenizer || !task.text || !own.text) return new Map();
  const { continuesTexts } = taskRecord(task);
  const files = studentTokenizerFiles(tokenizer, {
    continuesTexts,
    // Texts to classify are cut in training too; those to continue may take all the places there are.
    length: continuesTexts ? own.text.length : task.text.length,
    segments: task.text.pairs?.types === 2 && (constructionOf(config).readsSegments?.(config) ?? false),
    ownClass: constructionOf(config).huggingFace?.rebuildsTokenizer?.(config),
  });
  return new Map(Object.entries(files));
}
