import Table from 'cli-table3';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { TextGenerator } from '../../src/training/generation/text-generator.ts';

const vocabulary = 8192;
const prompt = 8;
const written = 256;

/**
 * Writes 256 tokens after each of a few prompts, with what attention keeps of texts and with a pass over the text so far
 * for every token; steps are compiled within that time. Sampled tokens may differ where two are equally likely to within
 * rounding.
 * @returns whether both came to the same most probable tokens
 */
export async function generation(threads: number, batches: readonly number[]): Promise<boolean> {
  const device = await openDevice('cpu', { threads });
  const length = prompt + written;
  const model = buildModel(
    modelSchema.parse({ architecture: 'gpt2', hiddenSize: 384, layers: 6, heads: 6, dropout: 0 }),
    {
      classes: vocabulary,
      text: { goal: 'language-model' as const, vocabulary, length, padId: 0 },
    },
    RandomGenerator.forUse(1, 'weights'),
  );
  console.log(`GPT-2 of 6 layers of 384, vocabulary ${vocabulary}, ${written} tokens; ${device.name}.`);
  const head = ['texts', 'sampling', 'remembering', 'rereading', 'times as fast', 'same tokens'];
  const table = new Table({ head, style: { head: [], border: [] } });
  let same = true;
  for (const batch of batches)
    for (const sampling of [{ temperature: 0 }, { temperature: 1, topP: 0.9 }]) {
      const sides = [];
      for (const remember of [true, false]) {
        const generator = new TextGenerator(device, model, { remember });
        const write = async () => {
          const prompts = Array.from({ length: batch }, (_, index) => ({
            ids: Array.from({ length: prompt }, (_, at) => (37 * index + 11 * at) % vocabulary),
            generator: RandomGenerator.forUse(index, 'text'),
          }));
          const began = performance.now();
          const texts = await generator.continue(prompts, { sampling, length });
          return { seconds: (performance.now() - began) / 1000, tokens: texts.flatMap((ids) => [...ids]) };
        };
        sides.push(await write());
        generator.dispose();
      }
      const [kept, whole] = sides as [(typeof sides)[0], (typeof sides)[0]];
      const equal = kept.tokens.filter((token, at) => token === whole.tokens[at]).length;
      const greedy = sampling.temperature === 0;
      if (greedy) same &&= equal === kept.tokens.length;
      const told = ({ seconds }: typeof kept) => `${seconds.toFixed(2)} s`;
      const ratio = (whole.seconds / kept.seconds).toFixed(1);
      table.push([
        batch,
        greedy ? 'greedy' : 'top-p 0.9',
        told(kept),
        told(whole),
        ratio,
        `${equal} of ${kept.tokens.length}`,
      ]);
    }
  console.log(table.toString());
  model.dispose();
  await device.dispose();
  return same;
}
