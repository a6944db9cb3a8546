import { check, datasetFolder } from '../support.ts';
import { storedModels } from './stored-models.ts';

export const folder = await datasetFolder({
  'text.txt': 'the cat sat the dog sat '.repeat(60),
  'rows.csv': 'text,label\na,x\nb,y\n'.repeat(9),
});

/** Puts a model into the folder, with a tokenizer beside it. */
export const stored = storedModels(folder);

/** The dataset of these checks. */
export const novel = { kind: 'language-model', train: 'text.txt', length: 8 };

/** What the checks say of the tokenizers of these checkpoints: severity, code, place, message and remedy of each. */
export async function told(
  teacher: string,
  student: string | undefined,
  tokenizer?: object,
  kind = 'sequence',
) {
  const problems = await check(folder, {
    dataset: { ...novel, ...(tokenizer && { tokenizer }) },
    teacher: { checkpoint: teacher },
    student:
      student === undefined
        ? { model: { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2 } }
        : { checkpoint: student },
    strategy: { kind },
  });
  return problems
    .filter(({ code }) => /token|vocabulary/.test(code))
    .map(({ severity, code, path, message, remedy }) => [
      severity,
      code,
      path.join('.'),
      message.replaceAll(`${folder}/`, ''),
      remedy,
    ]);
}
