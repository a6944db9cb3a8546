import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDevice } from '../../../src/device/open-device.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';

await openDevice('cpu');

/** Puts models into a folder, each of so many rows and, if one is given, with a tokenizer beside it. */
export const storedModels =
  (folder: string) =>
  async (
    name: string,
    rows: number,
    tokenizer?: string,
    goal: 'language-model' | 'classification' = 'language-model',
  ): Promise<void> => {
    const text = { goal, vocabulary: rows, length: 16, padId: 0 } as const;
    const written = { hiddenSize: 8, layers: 1, heads: 2 };
    const [architecture, classes] = goal === 'classification' ? ['bert', 2] : ['gpt2', rows];
    const model = buildModel(
      modelSchema.parse({ architecture, ...written }),
      { classes, text },
      RandomGenerator.forUse(1, name),
    );
    await saveModel(model, join(folder, name));
    model.dispose();
    if (tokenizer !== undefined) writeFileSync(join(folder, name, 'tokenizer.json'), tokenizer);
  };
