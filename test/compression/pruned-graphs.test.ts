import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import onnxProto from 'onnx-proto';
import { pruneUnits } from '../../src/compression/structured/prune-units.ts';
import type { OnnxGraphConfig } from '../../src/experiment/architectures/onnx-graph.ts';
import { forwardOf, modelGraph } from '../../src/export/onnx/model-graph.ts';
import { toStandardForm } from '../../src/export/onnx/standard-form.ts';
import { loadModel, saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { type Model, parameterCount } from '../../src/models/model.ts';
import { temporaryDirectory } from '../data/idx-files.ts';
import { assertClose } from '../models/backend.ts';
import { inputsOf as givenTo, graphFolder, referenceOf } from '../models/onnx/references.ts';
import { answered, masked, tensorsOf } from './masked.ts';
import { cpu, inputsOf, logitsOf, relativeError, tinyModel } from './models.ts';

const device = await cpu();
const { ModelProto } = onnxProto.onnx;

const signature = (bytes: Uint8Array) => {
  const { input, output } = ModelProto.decode(bytes).graph!;
  return JSON.stringify([input, output]);
};

/** Which weights lose what: a name, then its shape before and after. */
const expected: Readonly<Record<string, Readonly<Record<string, readonly [number[], number[]]>>>> = {
  // Heads, units of the feed-forward part and of the pooler.
  bert: {
    'model.bert.encoder.layer.0.attention.self.query.weight': [
      [16, 16],
      [8, 16],
    ],
    'model.bert.encoder.layer.1.attention.output.dense.weight': [
      [16, 16],
      [16, 8],
    ],
    'model.bert.encoder.layer.1.intermediate.dense.weight': [
      [24, 16],
      [12, 16],
    ],
    'model.bert.pooler.dense.weight': [
      [16, 16],
      [8, 16],
    ],
    'model.classifier.weight': [
      [3, 16],
      [3, 8],
    ],
  },
  'optimum-bert': {},
  // Of what goes over tokens and of what goes over channels.
  mixer: {
    'blocks.0.tokens.0.weight': [
      [8, 16],
      [4, 16],
    ],
    'blocks.2.channels.2.weight': [
      [16, 24],
      [16, 12],
    ],
  },
  // Streams that blocks add to, and what lies inside of blocks.
  resnet: {},
  // Depthwise kernels go with what they see.
  mobilenet: {},
  // Queries, keys and values in one matrix, which is split.
  gpt2: {},
  // Heads are outputs of the file, and stay.
  'optimum-gpt2': {},
  // Two branches that are multiplied.
  qwen3: {},
  vit: {},
  convnext: {},
  // A bias that all layers share is a table with a column for each head.
  t5: {},
  deberta: {},
  keras: {},
};

for (const [name, shapes] of Object.entries(expected))
  test(`${name}: what is left answers as the whole graph with zeros`, async (context) => {
    const model = await loadModel(graphFolder(name));
    const pruned = await pruneUnits(model, { sparsity: 0.5, norm: 'l1' });
    const folder = temporaryDirectory(context);
    await saveModel(pruned, folder);
    const [whole, smaller] = [graphFolder(name), folder].map((one) => readFileSync(join(one, 'model.onnx')));
    const { bytes, zeros } = masked(whole!, smaller!);
    assert.ok(zeros > 0 && parameterCount(pruned) < 0.8 * parameterCount(model), `${zeros}`);
    const { inputs } = referenceOf(name);
    const { answer } = model.config as OnnxGraphConfig;
    const found = await answered(smaller!, inputs, answer);
    assertClose(found, await answered(bytes, inputs, answer), 1e-5, 'logits');
    assert.notDeepEqual(found, await answered(whole!, inputs, answer));
    assert.equal(signature(smaller!), signature(whole!));
    const [before, after] = [tensorsOf(whole!), tensorsOf(smaller!)];
    assert.deepEqual([...before.keys()], [...after.keys()]);
    for (const [tensor, [from, to]] of Object.entries(shapes))
      assert.deepEqual([before.get(tensor)!.shape, after.get(tensor)!.shape], [from, to], tensor);
    // It opens again, and answers the same through the operations that train it.
    const opened = await loadModel(folder);
    const given = givenTo(referenceOf(name));
    assertClose(await logitsOf(device, opened, given), await logitsOf(device, pruned, given), 1e-5, 'logits');
    for (const [layer, shape] of opened.config.architecture === 'onnx' ? opened.config.states.entries() : [])
      assert.deepEqual(shape, (pruned.config as OnnxGraphConfig).states[layer]);
    for (const one of [model, pruned, opened]) one.dispose();
  });

/** A model of ours as the graph that it is exported as. */
async function asGraph(model: Model, context: TestContext): Promise<Model> {
  const folder = temporaryDirectory(context);
  await saveModel(model, folder);
  const graph = await modelGraph(device, model, forwardOf(model), undefined);
  writeFileSync(join(folder, 'model.onnx'), toStandardForm(graph).encode());
  return loadModel(join(folder, 'model.onnx'));
}

for (const architecture of ['mlp', 'vit', 'resnetImagenet', 'mobilenetv2'])
  for (const norm of ['l1', 'l2'] as const)
    test(`${architecture}, ${norm}: of its graph goes what goes of the model itself`, async (context) => {
      const model = await tinyModel(architecture);
      const graph = await asGraph(model, context);
      const [own, found] = [
        await pruneUnits(model, { sparsity: 0.5, norm }),
        await pruneUnits(graph, { sparsity: 0.5, norm }),
      ];
      const gone = (before: Model, after: Model) => parameterCount(before) - parameterCount(after);
      assert.equal(gone(graph, found), gone(model, own));
      const inputs = inputsOf(model);
      const error = relativeError(await logitsOf(device, found, inputs), await logitsOf(device, own, inputs));
      assert.ok(error < 1e-5, `off by ${error}`);
    });
