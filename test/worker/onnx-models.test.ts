import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import onnxProto, { type onnx } from 'onnx-proto';
import { nodeProto } from '../../src/device/onnx/graph/node-proto.ts';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import { floats, types, writeGraph } from '../models/onnx/graphs.ts';
import { denseGraph, denseNames } from './graphs/dense-graph.ts';
import { eventsOf, makeRun, ofType, runToEnd, startWorker, temporaryDirectory, waitFor } from './support.ts';

const { ModelProto } = onnxProto.onnx;

const project = temporaryDirectory();
const graph = denseNames;
const training = { epochs: 4, batchSize: 16, learningRate: 0.01 };

const graphOf = (width: number, version?: number) => denseGraph(project, width, version);

/** The same graph with its matrices in eight bits. @returns its path */
function quantizedCopy(file: string): string {
  const { graph, ...model } = ModelProto.decode(readFileSync(file));
  const initializer: onnx.ITensorProto[] = [];
  const node: onnx.INodeProto[] = [];
  for (const tensor of graph!.initializer!) {
    if (tensor.dims!.length < 2) {
      initializer.push(tensor);
      continue;
    }
    const { name, dims, rawData } = tensor;
    const values = new Float32Array(Uint8Array.from(rawData!).buffer);
    const scale = Math.max(...values.map(Math.abs)) / 127;
    const rounded = Int8Array.from(values, (value) => Math.round(value / scale));
    initializer.push(
      { name: `${name}.int8`, dims, dataType: types.INT8, rawData: new Uint8Array(rounded.buffer) },
      floats(`${name}.scale`, [], [scale]),
    );
    node.push(nodeProto('DequantizeLinear', [`${name}.int8`, `${name}.scale`], name!));
  }
  const folder = join(project, 'quantized-copy');
  mkdirSync(folder);
  node.push(...graph!.node!);
  return writeGraph(
    folder,
    ModelProto.encode({ ...model, graph: { ...graph, node, initializer } }).finish(),
    'net.onnx',
  );
}

async function run(name: string, changes: Partial<ExperimentInput>) {
  const directory = await makeRun(project, name, { teacher: undefined, training, ...changes });
  const { code, output } = await runToEnd(directory);
  const events = await eventsOf(directory);
  const [result] = ofType(events, 'result');
  return {
    events,
    code,
    output,
    result: result?.result,
    metrics: ofType(events, 'metric'),
    folder: directory.studentDirectory,
  };
}

test('teacher and student may be graphs: trained, distilled by answers and hidden states, pruned', async () => {
  const student = { checkpoint: graphOf(12), graph, freeze: ['b*'] };
  const results: number[] = [];
  const teacher = await run('teacher', {
    student: { checkpoint: graphOf(32), graph },
    strategy: { kind: 'direct' },
  });
  assert.equal(teacher.code, 0, teacher.output);
  assert.ok(teacher.result!.student.accuracy! > 0.5, `${teacher.result!.student.accuracy}`);
  assert.ok(readdirSync(teacher.folder).includes('net.onnx'), readdirSync(teacher.folder).join());
  const learning: Partial<ExperimentInput> = {
    // Long enough to be stopped on the way.
    training: { ...training, epochs: 30 },
    teacher: { checkpoint: teacher.folder },
    student,
    strategy: {
      kind: 'combined',
      terms: [
        { kind: 'response', weight: 1 },
        {
          kind: 'feature',
          weight: 1,
          layers: [{ student: 2, teacher: 'h*1' }],
        },
        { kind: 'relation', weight: 1e-6, layer: { student: 'pre2', teacher: 3 } },
      ],
    } as ExperimentInput['strategy'],
  };
  const distilled = await run('distilled', learning);
  assert.equal(distilled.code, 0, distilled.output);
  const losses = Object.assign({}, ...distilled.metrics.map(({ values }) => values));
  assert.ok(losses['layer.feature.2-"h*1"'] > 0, JSON.stringify(losses));
  assert.ok(distilled.result!.student.accuracy! > 0.2, `${distilled.result!.student.accuracy}`);
  const { parameters, frozenParameters } = distilled.result!.student;
  assert.deepEqual([parameters, frozenParameters], [12 * 784 + 2 * 144 + 3 * 12 + 10 * 12 + 10, 3 * 12]);
  assert.equal(distilled.result!.teacher!.graph, true);
  const [before, after] = [student.checkpoint, join(distilled.folder, 'net.onnx')].map((file) =>
    onnxProto.onnx.ModelProto.decode(readFileSync(file)).graph!.initializer!.map(({ rawData }) =>
      Buffer.from(rawData!).toString('hex'),
    ),
  );
  // w0, w1, w2, then the frozen b0, b1, b2, then the head.
  assert.deepEqual(
    before!.map((bytes, at) => bytes === after![at]),
    [false, false, false, true, true, true, false, false],
  );
  const card = readFileSync(join(distilled.folder, 'README.md'), 'utf8');
  assert.match(card, /\| Of these frozen \| 36 \| – \|/);
  // The teacher that was read again is the one that was measured after training.
  assert.equal(distilled.result!.teacher!.accuracy, teacher.result!.student.accuracy);
  // Stopped and resumed it ends as undisturbed: names, layers and what is frozen are those of the run.
  const stopped = await makeRun(project, 'stopped', learning);
  const worker = startWorker(stopped.path);
  await waitFor(stopped, (event) => event.type === 'checkpoint');
  await stopped.request('stop');
  assert.equal((await worker.ended).code, 0);
  assert.ok((await eventsOf(stopped)).some(({ type }) => type === 'cancelled'));
  await stopped.clearRequests();
  assert.equal((await runToEnd(stopped)).code, 0);
  assert.ok((await eventsOf(stopped)).some((event) => event.type === 'started' && event.resumedFromEpoch));
  assert.deepEqual(
    readFileSync(join(stopped.studentDirectory, 'net.onnx')),
    readFileSync(join(distilled.folder, 'net.onnx')),
  );
  for (const [scheme, times] of [
    ['int8-weights', 3.4],
    ['int8', 3.2],
    ['int4-weights', 5],
  ] as const) {
    const smaller = await run(scheme, {
      student: undefined,
      strategy: { kind: 'quantize', of: teacher.folder, scheme },
    });
    assert.equal(smaller.code, 0, smaller.output);
    const { student: made, teacher: original, agreement, compression } = smaller.result!;
    const [file, json] = ['net.onnx', 'config.json'].map((name) => statSync(join(smaller.folder, name)));
    assert.ok(json && made.bytes === file!.size && made.bytes * times < original!.bytes, `${made.bytes}`);
    assert.equal(original!.bytes, teacher.result!.student.bytes);
    assert.deepEqual([made.asIs, original!.asIs], [true, undefined]);
    assert.equal(made.parameters, original!.parameters);
    assert.equal(original!.accuracy, teacher.result!.student.accuracy);
    assert.ok(Number(agreement) > 0.8 && made.latencyMs! > 0, `${agreement}`);
    assert.notEqual(made.loss, original!.loss);
    assert.deepEqual(compression!.quantizedWeights, ['w0', 'w1', 'w2', 'head']);
    assert.deepEqual(compression!.floatWeights, ['b0', 'b1', 'b2', 'shift']);
    const card = readFileSync(join(smaller.folder, 'README.md'), 'utf8');
    assert.match(card, /came as an ONNX graph, quantized by the scheme/);
    assert.match(card, /In fewer bits: `w0`, `w1`, `w2`, `head`/);
    if (scheme !== 'int8') continue;
    const twice = await run('twice', {
      student: undefined,
      strategy: { kind: 'quantize', of: smaller.folder },
    });
    assert.match(twice.output, /cannot be made smaller: the node .* has no gradients here/);
  }
  // Quantized, it answers as it is: what it answered is kept, or asked before each step.
  const quantized = quantizedCopy(join(teacher.folder, 'net.onnx'));
  for (const cacheTeacherSignals of [true, false]) {
    const taught = await run(`taught-${cacheTeacherSignals}`, {
      teacher: { checkpoint: quantized, graph },
      student,
      strategy: {
        kind: 'feature',
        layers: [
          { student: 2, teacher: 2 },
          { student: 2, teacher: 'h*1' },
        ],
      } as ExperimentInput['strategy'],
      cacheTeacherSignals,
    });
    assert.equal(taught.code, 0, taught.output);
    const { bytes, parameters, accuracy } = taught.result!.teacher!;
    assert.equal(parameters, teacher.result!.student.parameters);
    assert.ok(bytes < teacher.result!.student.bytes / 2 && accuracy! > 0.5, `${bytes} ${accuracy}`);
    results.push(taught.result!.student.loss!);
  }
  assert.equal(results[0], results[1]);
  const refused = await run('refused', {
    student: { checkpoint: quantized, graph },
    strategy: { kind: 'direct' },
  });
  assert.match(refused.output, /cannot be trained: the node .* \(DequantizeLinear\) has no gradients here/);
  const pruned = await run('pruned', {
    student: undefined,
    strategy: { kind: 'prune', of: teacher.folder, method: 'magnitude', storage: 'dense', sparsity: 0.5 },
    training: { epochs: 1, batchSize: 16, learningRate: 0.001 },
  });
  assert.equal(pruned.code, 0, pruned.output);
  assert.ok(
    Math.abs(pruned.result!.compression!.sparsity! - 0.5) < 0.01,
    `${pruned.result!.compression!.sparsity}`,
  );
  const smaller = await run('smaller', {
    student: undefined,
    strategy: { kind: 'prune', of: teacher.folder, sparsity: 0.5 },
  });
  assert.equal(smaller.code, 0, smaller.output);
  // What comes out of the last layer is an output of the file.
  assert.match(
    ofType(smaller.events, 'warning')
      .map(({ message }) => message)
      .join('\n'),
    /^Units of 1 of 3 weights stay: .* \(Identity\) gives them as an output of the graph\.$/m,
  );
  const shapes = Object.fromEntries(
    ModelProto.decode(readFileSync(join(smaller.folder, 'net.onnx'))).graph!.initializer!.map(
      ({ name, dims }) => [name, dims!.map(Number)],
    ),
  );
  assert.deepEqual(shapes, {
    w0: [16, 784],
    w1: [16, 16],
    w2: [32, 16],
    b0: [16],
    b1: [16],
    b2: [32],
    head: [10, 32],
    shift: [10],
  });
  const { student: made, teacher: original } = smaller.result!;
  assert.equal(made.parameters, 16 * 784 + 16 * 16 + 32 * 16 + 16 + 16 + 32 + 10 * 32 + 10);
  assert.ok(made.bytes < 0.55 * original!.bytes, `${made.bytes}`);
  assert.ok(made.accuracy! > 0.4, `${made.accuracy}`);
  assert.equal(smaller.result!.compression!.sparsity, 1 - made.parameters / original!.parameters);
  const prunedCard = readFileSync(join(smaller.folder, 'README.md'), 'utf8');
  assert.match(
    prunedCard,
    /came as an ONNX graph, pruned by the method `structured` to a sparsity of 50\.00 %/,
  );
});

test('peers of a graph begin with weights as spread as its own', async () => {
  const student = { checkpoint: graphOf(10), graph, freeze: ['head'] };
  const online = await run('online', { student, strategy: { kind: 'online', peers: 2 } });
  assert.equal(online.code, 0, online.output);
  const warnings = ofType(online.events, 'warning').map(({ message }) => message);
  assert.match(warnings.join('\n'), /^peer-2 begins as the student’s graph with weights drawn at random/);
  const { candidates = {}, student: own } = online.result!;
  const [[name, peer], ...others] = Object.entries(candidates) as [[string, typeof own]];
  assert.deepEqual(others, []);
  assert.ok(peer.accuracy! > 0.15 && peer.accuracy !== own.accuracy, `${peer.accuracy} ${own.accuracy}`);
  const weightsIn = (folder: string) =>
    new Map(
      ModelProto.decode(readFileSync(join(folder, 'net.onnx'))).graph!.initializer!.map(
        ({ name, rawData }) => [name, Buffer.from(rawData!)] as const,
      ),
    );
  const [mine, theirs] = [online.folder, join(online.folder, '../candidates', name)].map(weightsIn);
  assert.deepEqual([...theirs!.keys()], [...mine!.keys()]);
  assert.notDeepEqual(theirs!.get('w0'), mine!.get('w0'));
});

test('what needs other weights or another form is refused with the reason', async () => {
  const file = graphOf(8);
  // Said in the folder itself, for what the experiment names without "graph".
  writeFileSync(join(dirname(file), 'config.json'), JSON.stringify({ distillery_graph: graph }));
  const old = graphOf(8, 12);
  writeFileSync(join(dirname(old), 'config.json'), JSON.stringify({ distillery_graph: graph }));
  const integers = await run('integers', {
    student: undefined,
    strategy: { kind: 'quantize', of: dirname(old), scheme: 'int8' },
  });
  assert.match(integers.output, /version 12 of ONNX’s operators, which cannot compute with a scale for each/);
  assert.notEqual(integers.code, 0);
});
