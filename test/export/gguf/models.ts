import { join } from 'node:path';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { byteTokenizer } from '../../../src/data/text/tokenizers/byte-tokenizer.ts';
import { studentTokenizerFiles } from '../../../src/data/text/tokenizers/student-tokenizer.ts';
import type { Tokenizer } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import type { Model } from '../../../src/models/model.ts';
import { change } from '../../compression/models.ts';

export const length = 32;
export const bytes = byteTokenizer();

export const languageTask = (vocabulary = bytes.vocabulary): TaskShape => ({
  classes: vocabulary,
  text: { goal: 'language-model', vocabulary, length, padId: 0 },
});

const small = { hiddenSize: 64, layers: 2, heads: 4, intermediateSize: 96 };

/** A small model with weights large enough that its answers differ, and no vector that could be left out unnoticed. */
export async function drawnModel(
  config: Record<string, unknown>,
  task = languageTask(),
  seed = 1,
): Promise<Model> {
  const model = buildModel(
    modelSchema.parse({ ...small, ...config }),
    task,
    RandomGenerator.forUse(seed, 'weights'),
  );
  const generator = RandomGenerator.forUse(seed, 'test');
  for (const variable of model.parameters.values())
    await change(variable, (value) =>
      variable.shape.length === 1 ? value + 0.4 * generator.uniform() - 0.2 : 8 * value,
    );
  return model;
}

/** Saves a model as training does. @returns the folder */
export async function saveStudent(
  model: Model,
  folder: string,
  tokenizer: Tokenizer | undefined = bytes,
): Promise<string> {
  const files = Object.entries(studentTokenizerFiles(tokenizer, { continuesTexts: true, length }));
  await saveModel(model, join(folder, 'student'), { endId: tokenizer.endId, files: new Map(files) });
  return join(folder, 'student');
}
