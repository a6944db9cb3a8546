import { join } from 'node:path';
import { z } from 'zod';
import { readRegular } from '../base/regular-file.ts';
import type { Model } from '../models/model.ts';

const schema = z.object({ model_input_names: z.array(z.string()) });
const longestFile = 256e6;

/** A model with what its tokenizer says of its samples: whether token types tell it which of two texts a token is of. */
export async function withPairs(model: Model, folder: string): Promise<Model> {
  const { text } = model.task;
  if (!text || !(await givesTypes(folder))) return model;
  return { ...model, task: { ...model.task, text: { ...text, pairs: { types: 2 } } } };
}

async function givesTypes(folder: string): Promise<boolean> {
  try {
    const file = await readRegular(join(folder, 'tokenizer_config.json'), longestFile);
    const { model_input_names: names } = schema.parse(JSON.parse(file.toString('utf8')));
    return names.includes('token_type_ids');
  } catch {
    return false;
  }
}

/** How transformers.js cuts pairs that are too long. */
export const longPairsRemark =
  'Of pairs of texts that are too long transformers.js cuts the end, training cut the longer text first.';
