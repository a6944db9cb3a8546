import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { onnx } from 'onnx-proto';
import { checkExperiment } from '../../../src/checks/check.ts';
import { HostRandom } from '../../../src/device/host-random.ts';
import { nodeProto } from '../../../src/device/onnx/graph/node-proto.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { inspectCheckpoint, loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { usePlainBackend } from '../backend.ts';
import { encoded, floats, oddGraph, writeGraph } from './graphs.ts';
import { graphFolder } from './references.ts';

const random = () => new HostRandom(RandomGenerator.forUse(5, 'dropout'));

/** Where PyTorch's own modules have dropout: after attention, after the feed-forward part, before the classifier. */
const usual = {
  bert: [
    ...[0, 1].flatMap((layer) => [
      `/model/bert/encoder/layer.${layer}/attention/output/dense/Add_output_0`,
      `/model/bert/encoder/layer.${layer}/output/dense/Add_output_0`,
    ]),
    '/model/bert/pooler/activation/Tanh_output_0',
  ],
  // A model that continues texts has its last dropout in its last layer.
  'optimum-gpt2': [0, 1].flatMap((layer) =>
    ['attn', 'mlp'].map((part) => `/transformer/h.${layer}/${part}/c_proj/Reshape_1_output_0`),
  ),
  mixer: [
    ...[0, 1, 2].flatMap((block) => [
      `/blocks.${block}/Transpose_1_output_0`,
      `/blocks.${block}/channels/channels.2/Add_output_0`,
    ]),
    '/ReduceMean_output_0',
  ],
  // Residual blocks of maps drop nothing.
  resnet: ['/model/classifier/classifier.0/Flatten_output_0'],
} as const;

for (const [name, places] of Object.entries(usual))
  test(`${name}: dropout acts where such models have it`, async () => {
    const { config } = await inspectCheckpoint(graphFolder(name), { dropout: { rate: 0.1 } });
    assert.ok(config.architecture === 'onnx');
    assert.deepEqual(config.dropout, { rate: 0.1, at: places });
  });

const isDropped = (values: ArrayLike<number>) => Array.from(values).filter((value) => value === 0).length;

/** Tokens are looked up, go through a Dropout node of ratio 0.5 if asked, and their mean is classified. */
function graphFile(context: Parameters<typeof temporaryDirectory>[0], dropoutNode = false): string {
  const graph = oddGraph();
  const [table] = graph.initializer;
  const nodes: onnx.INodeProto[] = dropoutNode
    ? [
        graph.nodes[0]!,
        nodeProto('Dropout', ['a b', 'half'], 'left'),
        { ...graph.nodes[1]!, input: ['left'] },
        graph.nodes[2]!,
      ]
    : graph.nodes;
  const initializer = [
    // No number is zero by itself.
    floats(
      table!.name!,
      [9, 4],
      Array.from({ length: 36 }, (_, at) => 1 + Math.sin(at) / 2),
    ),
    ...graph.initializer.slice(1),
    ...(dropoutNode ? [floats('half', [], [0.5])] : []),
  ];
  return writeGraph(temporaryDirectory(context), encoded({ ...graph, nodes, initializer }));
}

const ids = () =>
  tf.tensor2d(
    Array.from({ length: 64 * 100 }, (_, at) => at % 9),
    [64, 100],
    'int32',
  );

for (const [title, node, asked, value, rate] of [
  ['a value that is named', false, { rate: 0.2, at: ['a *'] }, 'a b', 0.2],
  ['a Dropout node as its file says', true, undefined, 'left', 0.5],
  ['a Dropout node as the experiment says', true, { rate: 0.1 }, 'left', 0.1],
  ['a Dropout node that is named', true, { rate: 0.3, at: ['l*t'] }, 'left', 0.3],
  ['a Dropout node beside another value that is named', true, { rate: 0.3, at: ['$mean'] }, 'left', 0.5],
  ['nothing at the rate 0', true, { rate: 0 }, 'left', 0],
] as const)
  test(`${title}: as many are dropped as asked, the mean stays, and evaluation is the same`, async (context) => {
    await usePlainBackend();
    const file = graphFile(context, node);
    const model = await loadModel(file, {
      dropout: asked && { ...asked, at: 'at' in asked ? [...asked.at] : undefined },
      values: [value],
    });
    const plain = await loadModel(file, { values: [value] });
    const input = { ids: ids() };
    const run = (of: typeof model, training: boolean) => {
      const { named, logits } = of.forward(input, { training, random: random() });
      return { state: named!.get(value)!.dataSync(), logits: logits.dataSync() };
    };
    const whole = run(plain, false);
    assert.deepEqual(run(model, false), whole);
    const { state } = run(model, true);
    const dropped = isDropped(state) / state.length;
    // Of 25,600 values: far more than the spread of chance, far less than another rate.
    assert.ok(Math.abs(dropped - rate) < 0.015, `${dropped} dropped, ${rate} asked`);
    const mean = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, one) => sum + one, 0) / values.length;
    assert.ok(Math.abs(mean(state) / mean(whole.state) - 1) < 0.015);
    for (const [at, one] of state.entries())
      assert.ok(
        one === 0 || Math.abs(one * (1 - rate) - whole.state[at]!) < 1e-5,
        `${one} ${whole.state[at]}`,
      );
    const folder = join(file, '..', 'saved');
    await saveModel(model, folder);
    const before = await saveModel(plain, join(file, '..', 'plain'));
    assert.ok(before.bytes > 0);
    assert.deepEqual(
      ...(['saved', 'plain'].map((name) => readFileSync(join(file, '..', name, 'model.onnx'))) as [
        Buffer,
        Buffer,
      ]),
    );
  });

test('dropout that cannot be is refused at its place, with the nearest names', async (context) => {
  await usePlainBackend();
  const file = graphFile(context);
  const folder = join(file, '..');
  writeFileSync(join(folder, 'train.csv'), 'text,label\none,a\ntwo,b\nthree,c\nfour,a\nfive,b\n');
  writeFileSync(join(folder, 'test.csv'), 'text,label\nsix,a\nseven,b\neight,c\n');
  const findings = async (student: object) => {
    const text = JSON.stringify({
      name: 'dropping',
      dataset: {
        kind: 'text-classification',
        train: 'train.csv',
        test: 'test.csv',
        tokenizer: { kind: 'bytes' },
      },
      student,
      strategy: { kind: 'direct' },
    });
    const problems = await checkExperiment(text, join(folder, 'one.distill.json'));
    return problems.filter(({ path }) => String(path[1]).startsWith('dropout'));
  };
  const refused = async (student: object, path: (string | number)[], message: RegExp) => {
    const [first, ...rest] = await findings(student);
    assert.deepEqual([first?.path, rest], [path, []]);
    assert.match(`${first!.message} ${first!.remedy}`, message);
  };
  const checkpoint = file;
  assert.deepEqual(await findings({ checkpoint, dropout: 0.1 }), []);
  assert.deepEqual(await findings({ checkpoint, dropout: 0.1, dropoutAt: ['$*'] }), []);
  const at = ['student', 'dropoutAt'];
  await refused(
    { checkpoint, dropout: 0.1, dropoutAt: ['$mean', '$meen'] },
    [...at, 1],
    /has no value "\$meen"\. Nearest: "\$mean"/,
  );
  await refused(
    { checkpoint, dropout: 0.1, dropoutAt: ['Ergebnis'] },
    [...at, 0],
    /Nothing can be dropped from "Ergebnis" of .*: it does not lie between the input and the answer/,
  );
  await refused({ checkpoint, dropoutAt: ['$mean'] }, at, /nothing says how many\. Add "dropout"/);
  await refused({ checkpoint, dropout: 1 }, ['student', 'dropout'], /a number from 0 to 0\.95, but is 1/);
  await refused(
    { model: { architecture: 'bert' }, dropout: 0.1 },
    ['student', 'dropout'],
    /is that of an ONNX model in "checkpoint", and there is none\. Write "dropout" within "model"/,
  );
  await refused(
    { checkpoint: join(import.meta.dirname, '../../fixtures/checkpoints/bert'), dropout: 0.1 },
    ['student', 'dropout'],
    /holds no ONNX graph: what its model drops is said in its config\.json/,
  );
});
