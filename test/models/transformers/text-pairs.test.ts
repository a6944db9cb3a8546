import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { encodePair, type Tokenizer } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { tokenizerFiles } from '../../../src/models/checkpoint/tokenizer-files.ts';
import type { Model } from '../../../src/models/model.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { ownModules, pythonWith } from '../../machine/python.ts';
import { usePlainBackend } from '../backend.ts';
import { modelTypes, students } from '../samples.ts';
import { texts, tokenizers } from './tokenizers.ts';

before(usePlainBackend);

const length = 15;
const layouts = [...students].filter(([name, { goal }]) => goal === 'classification' && modelTypes.has(name));

/** Texts with texts of all lengths, so that either one, both or none is cut. */
const pairs = texts
  .filter((text) => text.trim().length > 3)
  .slice(0, 30)
  .flatMap((text, at): [string, string][] => [
    [text, texts[(at + 3) % texts.length]!],
    [`${text} ${text} ${text}`, text],
  ]);

async function saved(folder: string, written: object, tokenizer: Tokenizer): Promise<Model> {
  const { vocabulary, padId, pair } = tokenizer;
  const task: TaskShape = {
    classes: 2,
    text: {
      goal: 'classification',
      vocabulary,
      length,
      padId,
      pairs: { types: pair!.ofSecond === undefined ? 1 : 2 },
    },
  };
  const model = buildModel(
    modelSchema.parse({ ...written, hiddenSize: 8, layers: 1, heads: 2 }),
    task,
    RandomGenerator.forUse(3, folder),
  );
  for (const variable of model.parameters.values())
    variable.assign(tf.add(variable, tf.randomNormal(variable.shape, 0, 0.5, 'float32', 7)));
  await saveModel(model, folder, { files: tokenizerFiles(model, { tokenizer, task }) });
  return model;
}

/** Logits of all pairs, padded to one length. */
function logitsOf(model: Model, encoded: readonly { ids: readonly number[]; second: number }[]): number[] {
  const padded = <T>(make: (ids: readonly number[], at: number, second: number) => T) =>
    encoded.map(({ ids, second }) => Array.from({ length }, (_, at) => make(ids, at, second)));
  const { padId } = model.task.text!;
  return tf.tidy(() => [
    ...model
      .forward(
        {
          ids: tf.tensor2d(
            padded((ids, at) => ids[at] ?? padId),
            undefined,
            'int32',
          ),
          mask: tf.tensor2d(padded((ids, at) => (at < ids.length ? 1 : 0))),
          segments: tf.tensor2d(
            padded((ids, at, second) => (at >= second && at < ids.length ? 1 : 0)),
            undefined,
            'int32',
          ),
        },
        { training: false },
      )
      .logits.dataSync(),
  ]);
}

const usual = pythonWith(...ownModules);

test('AutoTokenizer joins and cuts pairs as training did, and the models answer alike', {
  skip: usual.skip,
}, async (context) => {
  const folder = temporaryDirectory(context);
  const expected = new Map<string, { ids: number[][]; types: number[][]; logits: number[] }>();
  for (const [index, [kind, tokenizer]] of [...(await tokenizers())].entries()) {
    if (!tokenizer.pair) continue;
    const encoded = pairs.map((pair) => encodePair(tokenizer, pair, tokenizer.pair!, length));
    // All tokenizers and all layouts, not each with each.
    const [layout, { written }] = layouts[index % layouts.length]!;
    const name = `${layout}-${kind}`;
    const model = await saved(join(folder, name), written, tokenizer);
    expected.set(name, {
      ids: encoded.map(({ ids }) => [...ids]),
      types: encoded.map(({ ids, second }) => ids.map((_, at) => (at < second ? 0 : 1))),
      logits: logitsOf(model, encoded),
    });
    model.dispose();
  }
  assert.ok(expected.size > layouts.length);
  const input = join(folder, 'input.json');
  writeFileSync(input, JSON.stringify({ students: [...expected.keys()], pairs }));
  const script = join(import.meta.dirname, '../../reference/tasks/open-pairs.py');
  const { stdout, stderr, status } = spawnSync(usual.python, [script, folder, input], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, HF_HUB_OFFLINE: '1' },
  });
  assert.equal(status, 0, stderr);
  const theirs: Record<string, { ids: number[][]; types: number[][] | null; logits?: number[] }> =
    JSON.parse(stdout);
  for (const [name, { ids, types, logits }] of expected) {
    const of = theirs[name]!;
    assert.deepEqual(of.ids, ids, name);
    if (of.types) assert.deepEqual(of.types, types, name);
    for (const [at, value] of (of.logits ?? []).entries())
      assert.ok(
        Math.abs(value - logits[at]!) < 2e-4,
        `${name}: logit ${at} is ${logits[at]}, theirs ${value}`,
      );
  }
});
