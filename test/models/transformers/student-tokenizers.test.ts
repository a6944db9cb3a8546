import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { fileTokenizer } from '../../../src/data/text/tokenizers/file-tokenizer.ts';
import { encodeSample, type Tokenizer } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { tokenizerFiles } from '../../../src/models/checkpoint/tokenizer-files.ts';
import type { Model } from '../../../src/models/model.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { lacks } from '../../machine/lacks.ts';
import { ownModules, pythonWith } from '../../machine/python.ts';
import { usePlainBackend } from '../backend.ts';
import { modelTypes, students } from '../samples.ts';
import { texts, tokenizers } from './tokenizers.ts';

before(usePlainBackend);

const length = 16;

/** Every kind of model for texts that transformers opens, by its name there. */
const layouts = new Map(
  [...students].filter(([name, { goal }]) => goal !== 'images' && modelTypes.has(name)),
);
const classifies = (name: string) => layouts.get(name)!.goal === 'classification';

/** A student of a layout, saved as runs save it. */
async function saved(folder: string, layout: string, tokenizer: Tokenizer): Promise<Model> {
  const { written } = layouts.get(layout)!;
  const classify = classifies(layout);
  const { vocabulary, padId, endId } = tokenizer;
  const goal = classify ? 'classification' : 'language-model';
  const task: TaskShape = { classes: classify ? 2 : vocabulary, text: { goal, vocabulary, length, padId } };
  const model = buildModel(
    modelSchema.parse({ ...written, hiddenSize: 8, layers: 1, heads: 2 }),
    task,
    RandomGenerator.forUse(3, layout),
  );
  for (const variable of model.parameters.values())
    variable.assign(tf.add(variable, tf.randomNormal(variable.shape, 0, 0.5, 'float32', 7)));
  await saveModel(model, folder, { endId, files: tokenizerFiles(model, { tokenizer, task }) });
  return model;
}

/** Ids of a whole text, as training sees it. */
const trained = (tokenizer: Tokenizer, layout: string, text: string) =>
  classifies(layout)
    ? encodeSample(tokenizer, text, 1_000_000)
    : [...tokenizer.begin, ...tokenizer.encode(text)];

test('a student’s tokenizer is the one it was trained with when it is read back, for its task', async (context) => {
  for (const [name, tokenizer] of await tokenizers())
    for (const layout of ['bert', 'gpt2'] as const) {
      const folder = join(temporaryDirectory(context), 'student');
      await saved(folder, layout, tokenizer);
      const again = await fileTokenizer(join(folder, 'tokenizer.json'));
      assert.deepEqual([...again.tokens].sort(), [...tokenizer.tokens].sort(), name);
      for (const field of ['vocabulary', 'padId', 'endId'] as const)
        assert.deepEqual(again[field], tokenizer[field], `${name} ${layout} ${field}`);
      const special = classifies(layout);
      assert.deepEqual(again.prefix, special ? tokenizer.prefix : tokenizer.begin, `${name} ${layout}`);
      assert.deepEqual(again.suffix, special ? tokenizer.suffix : [], `${name} ${layout}`);
      for (const text of texts) assert.deepEqual(again.encode(text), tokenizer.encode(text), name);
      const settings = JSON.parse(readFileSync(join(folder, 'tokenizer_config.json'), 'utf8'));
      assert.equal(settings.model_max_length, length);
    }
});

const usual = pythonWith(...ownModules);
const pythons = [usual.python || 'python3', ...(process.env.DISTILLERY_OTHER_PYTHONS?.split(',') ?? [])];

describe('AutoTokenizer makes the ids a student was trained on, and generate goes on where the prompt ends', () => {
  for (const python of pythons) {
    const found = spawnSync(
      python,
      [
        '-c',
        'import transformers, importlib.util; print(transformers.__version__, importlib.util.find_spec("torch") is not None)',
      ],
      { encoding: 'utf8' },
    );
    const skip = found.status !== 0 && (usual.skip || lacks(`transformers for ${python}`));
    test(`${python} ${found.status === 0 ? found.stdout.trim().split(' ')[0] : ''}`, {
      skip,
    }, async (context) => {
      const torch = /True/.test(found.stdout);
      const folder = temporaryDirectory(context);
      const asked: { name: string; causal: boolean }[] = [];
      const expected: Record<string, { ids: number[][]; cut: number[][]; greedy?: number[][] }> = {};
      const prompts = ['the quick', 'hello world', 'x'];
      for (const [kind, tokenizer] of await tokenizers()) {
        const cut = texts.map((text) => encodeSample(tokenizer, text, length));
        const whole = new Map<boolean, number[][]>();
        for (const layout of layouts.keys()) {
          const name = `${layout}-${kind}`;
          const causal = !classifies(layout);
          const model = await saved(join(folder, name), layout, tokenizer);
          asked.push({ name, causal });
          const ids = whole.get(causal) ?? texts.map((text) => trained(tokenizer, layout, text));
          whole.set(causal, ids);
          expected[name] = {
            ids,
            cut: causal ? [] : cut,
            ...(causal &&
              torch && {
                greedy: prompts.map((text) =>
                  greedy(model, trained(tokenizer, layout, text), tokenizer.endId),
                ),
              }),
          };
          model.dispose();
        }
      }
      const input = join(folder, 'input.json');
      writeFileSync(input, JSON.stringify({ students: asked, texts, prompts: torch ? prompts : [] }));
      const script = join(import.meta.dirname, '../../reference/open-tokenizers.py');
      const { stdout, stderr, status } = spawnSync(python, [script, folder, input], {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        env: { ...process.env, HF_HUB_OFFLINE: '1' },
      });
      assert.equal(status, 0, stderr);
      const theirs: Record<string, { ids: number[][]; cut: number[][]; greedy: number[][]; length: number }> =
        JSON.parse(stdout);
      for (const { name } of asked) {
        const { ids, cut, greedy } = expected[name]!;
        const of = theirs[name]!;
        const other = (ours: number[][], others: number[][]) =>
          ours
            .flatMap((one, at) => (one.join() === others[at]!.join() ? [] : [[texts[at], one, others[at]]]))
            .slice(0, 3);
        assert.deepEqual(other(ids, of.ids), [], name);
        assert.deepEqual(other(cut, of.cut), [], `${name}, cut`);
        assert.equal(of.length, length, name);
        if (greedy) assert.deepEqual(of.greedy, greedy, `${name}, generated`);
      }
    });
  }
});

/** Prompt and the most probable tokens behind it, one by one. */
function greedy(model: Model, prompt: readonly number[], endId: number | undefined): number[] {
  const ids = [...prompt];
  while (ids.length < Math.min(length, prompt.length + 6)) {
    const next = tf.tidy(() => {
      const { logits } = model.forward(
        { ids: tf.tensor2d([ids], undefined, 'int32'), mask: tf.ones([1, ids.length]) },
        { training: false },
      );
      return tf.argMax(tf.slice(logits, [0, ids.length - 1, 0], [1, 1, -1]), -1).dataSync()[0]!;
    });
    ids.push(next);
    if (next === endId) break;
  }
  return ids;
}
