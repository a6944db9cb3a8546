import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { checkExperiment } from '../../../src/checks/check.ts';
import { layerTerms } from '../../../src/compare/figures/layer-losses.ts';
import { nodeProto } from '../../../src/device/onnx/graph/node-proto.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import type { GraphNames } from '../../../src/experiment/architectures/onnx-graph.ts';
import { inspectCheckpoint, loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { checkpointHash } from '../../../src/models/checkpoint/checkpoint-hash.ts';
import { matcherOf } from '../../../src/models/onnx/names.ts';
import { hiddenShapes } from '../../../src/strategies/hidden-shapes.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { usePlainBackend } from '../backend.ts';
import { encoded, oddGraph, types, valueInfo, writeGraph } from './graphs.ts';

/** Two inputs of the same kind, whose names say nothing, and an answer that is behind a softmax. */
function namelessGraph(context: TestContext): { folder: string; file: string } {
  const folder = temporaryDirectory(context);
  const odd = oddGraph();
  const [look, , score] = odd.nodes;
  const file = writeGraph(
    folder,
    encoded({
      initializer: [...odd.initializer, { name: 'last', dims: [1], dataType: types.INT64, int64Data: [-1] }],
      inputs: [valueInfo('one', types.INT32, ['n', 'l']), valueInfo('two', types.INT32, ['n', 'l'])],
      outputs: [
        valueInfo('probabilities', types.FLOAT, ['n', 3]),
        valueInfo('vectors', types.FLOAT, ['n', 4]),
      ],
      nodes: [
        { ...look!, input: ['Ünïcode table/0', 'two'] },
        nodeProto('Cast', ['one'], 'real', { to: types.FLOAT }),
        nodeProto('Unsqueeze', ['real', 'last'], 'wide'),
        nodeProto('Mul', ['a b', 'wide'], 'masked'),
        nodeProto('ReduceMean', ['masked'], '$mean', { axes: [1], keepdims: 0 }),
        nodeProto('Identity', ['$mean'], 'vectors'),
        { ...score!, output: ['/head/scores'] },
        nodeProto('Softmax', ['/head/scores'], 'probabilities', { axis: 1 }),
        nodeProto('ArgMax', ['/head/scores'], 'chosen', { axis: 1, keepdims: 0 }),
        nodeProto('ReduceSum', ['W*'], 'apart', {}),
      ],
    }),
  );
  return { folder, file };
}

const names: GraphNames = { inputs: { input_ids: 'two', attention_mask: 'one' }, logits: '/head/scores' };

const refuse = (promise: Promise<unknown>, message: RegExp, remedy: RegExp) =>
  assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    assert.match(error.remedy ?? '', remedy);
    return true;
  });

test('what inputs and answer are can be said, is heeded, and stays with the saved model', async (context) => {
  await usePlainBackend();
  const { folder, file } = namelessGraph(context);
  await refuse(inspectCheckpoint(file), /takes "one", "two"/, /Say in "graph" which of "inputs" they are/);
  const model = await loadModel(file, { graph: names });
  assert.equal(model.task.classes, 3);
  const ids = tf.tensor2d([[1, 2, 8]], undefined, 'int32');
  const mask = tf.tensor2d([[1, 1, 0]]);
  const logitsOf = (one: typeof model) =>
    Array.from(one.forward({ ids, mask }, { training: false }).logits.dataSync());
  const weight = (name: string) => model.parameters.get(name)!;
  const table = tf.gather(weight('Ünïcode table/0'), [1, 2]);
  const expected = tf.add(
    tf.matMul(tf.div(tf.sum(table, 0, true), 3), weight('W*') as never, false, true),
    weight('β'),
  );
  const [logits, wanted] = [logitsOf(model), Array.from(expected.dataSync())];
  for (const [at, value] of logits.entries())
    assert.ok(Math.abs(value - wanted[at]!) < 1e-6, `${logits} ${wanted}`);

  const saved = join(folder, 'saved');
  await saveModel(model, saved);
  assert.deepEqual(JSON.parse(readFileSync(join(saved, 'config.json'), 'utf8')).distillery_graph, names);
  assert.deepEqual(logitsOf(await loadModel(saved)), logits);
  // What is said now goes before what was said then.
  const other = await inspectCheckpoint(saved, { graph: { logits: 'probabilities' } });
  assert.ok(other.config.architecture === 'onnx');
  assert.equal(other.config.answer, 'probabilities');
  assert.deepEqual(other.config.inputs, { ids: 'two', mask: 'one' });
  // The same file answers otherwise.
  assert.notEqual(
    await checkpointHash(file, names),
    await checkpointHash(file, { ...names, logits: 'probabilities' }),
  );
});

test('names that are not so are refused with their place and the nearest names', async (context) => {
  const { folder, file } = namelessGraph(context);
  const place = join(folder, 'one.distill.json');
  const findings = async (graph: unknown, checkpoint = file) => {
    const text = JSON.stringify({
      name: 'named',
      dataset: { kind: 'text-classification', train: 'train.csv', test: 'test.csv' },
      teacher: { checkpoint, graph },
      student: { model: { architecture: 'bert' } },
      strategy: { kind: 'response' },
    });
    const problems = await checkExperiment(text, place);
    return problems.filter(({ path }) => path.includes('graph'));
  };
  assert.deepEqual(await findings(names), []);
  const one = async (graph: unknown, checkpoint?: string) => {
    const [first, ...rest] = await findings(graph, checkpoint);
    assert.deepEqual(rest, []);
    return first!;
  };
  const missing = await one({ ...names, inputs: { ...names.inputs, input_ids: 'too' } });
  assert.deepEqual(missing.path, ['teacher', 'graph', 'inputs', 'input_ids']);
  assert.match(`${missing.message} ${missing.remedy}`, /has no input "too".* Nearest: "two", "one"\./);
  const pixels = await one({ ...names, inputs: { pixel_values: 'one' } });
  assert.match(pixels.message, /input "one" takes whole numbers of 2 axes, which cannot be pixel_values/);
  const answer = await one({ ...names, logits: 'scores' });
  assert.deepEqual(answer.path, ['teacher', 'graph', 'logits']);
  assert.match(`${answer.message} ${answer.remedy}`, /has no value "scores".* Nearest: "\/head\/scores"/);
  const shape = await one({ ...names, logits: 'masked' });
  assert.match(shape.message, /answer "masked" has the shape \[3, 11, 4\] for 3 samples/);
  const kind = await one({ ...names, logits: 'chosen' });
  assert.match(kind.message, /"chosen" has the shape \[3\] of integers/);
  const apart = await one({ ...names, logits: 'apart' });
  assert.match(apart.message, /"apart" does not depend on "two"/);
  const twice = await one({ inputs: { input_ids: 'one', attention_mask: 'one' } });
  assert.match(twice.message, /"one" is named as both "input_ids" and "attention_mask"/);
  assert.deepEqual(twice.path, ['teacher', 'graph', 'inputs', 'attention_mask']);
  const other = await one(names, join(import.meta.dirname, '../../fixtures/checkpoints/bert'));
  assert.match(other.message, /holds no ONNX graph whose parts could be named/);
  assert.deepEqual(other.path, ['teacher', 'graph']);
  const [alone] = (
    await checkExperiment(
      JSON.stringify({
        name: 'alone',
        dataset: { kind: 'mnist' },
        student: { model: { architecture: 'cnn', channels: [4] }, graph: { logits: 'x' } },
        strategy: { kind: 'direct' },
      }),
      place,
    )
  ).filter(({ path }) => path.includes('graph'));
  assert.match(alone!.message, /names parts of the ONNX model in "checkpoint", and there is none/);
});

test('any value of a graph can be a hidden state, by name or by a pattern that is one', async (context) => {
  await usePlainBackend();
  const { folder, file } = namelessGraph(context);
  const model = await loadModel(file, { graph: names, values: ['*asked', 'a b', 'vect*s'] });
  const ids = tf.tensor2d([[1, 2, 8]], undefined, 'int32');
  const { named } = model.forward({ ids, mask: tf.tensor2d([[1, 1, 0]]) }, { training: false });
  const table = tf.gather(model.parameters.get('Ünïcode table/0')!, [[1, 2, 8]]);
  assert.deepEqual(named!.get('a b')!.dataSync(), table.dataSync());
  const masked = tf.mul(table, tf.tensor3d([[[1], [1], [0]]]));
  assert.deepEqual(named!.get('*asked')!.dataSync(), masked.dataSync());
  const { named: shapes } = hiddenShapes(model);
  assert.deepEqual(
    [...shapes!],
    [
      ['*asked', [8, 4]],
      ['a b', [8, 4]],
      ['vect*s', [4]],
    ],
  );

  const layerProblems = async (layers: unknown, changes: object = {}) => {
    const text = JSON.stringify({
      name: 'layers',
      dataset: {
        kind: 'text-classification',
        train: 'train.csv',
        test: 'test.csv',
        tokenizer: { kind: 'bytes' },
      },
      teacher: { checkpoint: file, graph: names },
      student: { model: { architecture: 'bert', layers: 2, hiddenSize: 8, heads: 1 } },
      strategy: { kind: 'feature', layers },
      ...changes,
    });
    return (await checkExperiment(text, join(folder, 'two.distill.json'))).filter(
      ({ path }) => path[0] === 'strategy',
    );
  };
  writeFileSync(join(folder, 'train.csv'), 'text,label\none,a\ntwo,b\nthree,c\nfour,a\nfive,b\n');
  writeFileSync(join(folder, 'test.csv'), 'text,label\nsix,a\nseven,b\neight,c\n');
  assert.deepEqual(await layerProblems([{ student: 1, teacher: '*asked' }]), []);
  const refused = async (teacher: unknown, message: RegExp, place = ['strategy', 'layers', 0, 'teacher']) => {
    const [first, ...rest] = await layerProblems([{ student: 1, teacher }]);
    assert.deepEqual([first?.path, rest], [place, []], String(teacher));
    assert.match(`${first!.message} ${first!.remedy}`, message);
  };
  await refused('a c', /has no value "a c"\. Nearest: "a b"/);
  await refused(
    '*e*',
    /"\*e\*" is 8 values of .*: "real", "wide", .*…\. Write so much of the name that it is one/,
  );
  await refused(
    'chosen',
    /"chosen" is no hidden state: it has the shape \[3\] of integers for 3 texts of 11/,
  );
  await refused('apart', /"apart" is no hidden state: it has the shape \[1, 1\]/);
  await refused('$mean', /Layer 1 of the student gives vectors of 8, "\$mean" of the teacher/, [
    'strategy',
    'layers',
  ] as never);
  const [own] = await layerProblems([{ student: 'a b', teacher: 1 }]);
  assert.match(own!.message, /The student has no value "a b": only ONNX models have layers with names/);
  const [type] = await layerProblems([{ student: true, teacher: 1 }]);
  assert.match(type!.message, /must be a whole number of at least 0 or text in quotes/);
});

test('a pattern matches as its stars allow', () => {
  const found = (pattern: string) => ['a.b', 'ab', 'a.bb.b', 'b.a', 'a*b'].filter(matcherOf(pattern));
  assert.deepEqual(found('a*b'), ['a.b', 'ab', 'a.bb.b', 'a*b']);
  assert.deepEqual(found('a*b*b'), ['a.bb.b']);
  assert.deepEqual(found('*'), ['a.b', 'ab', 'a.bb.b', 'b.a', 'a*b']);
  assert.deepEqual(found('ab*b'), []);
  assert.deepEqual(found('a.b'), ['a.b']);
});

test('losses of layers with names are told apart from their metrics', () => {
  const metric = (metric: string, values: number[]) => ({ metric, values });
  const [term] = layerTerms([
    metric('layer.feature-2."a-\\"b"-"c.d"', [2, 1]),
    metric('layer.feature-2.1-"c.d"', [3]),
    metric('layer.feature-2.10-2', [4]),
  ]);
  assert.deepEqual(term, {
    term: 'feature-2',
    pairs: [
      { student: 1, teacher: 'c.d', first: 3, last: 3 },
      { student: 10, teacher: 2, first: 4, last: 4 },
      { student: 'a-"b', teacher: 'c.d', first: 2, last: 1 },
    ],
  });
});
