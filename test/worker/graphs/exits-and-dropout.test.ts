import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ExperimentInput } from '../../../src/experiment/schema/schema.ts';
import { loadModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { distillery } from '../../cli/support.ts';
import { usePlainBackend } from '../../models/backend.ts';
import {
  eventsOf,
  makeRun,
  ofType,
  resultOf,
  runToEnd,
  startWorker,
  temporaryDirectory,
  waitFor,
} from '../support.ts';
import { denseGraph, denseNames } from './dense-graph.ts';

const project = temporaryDirectory();
const file = denseGraph(project, 12);
const names = ['exit-1', 'exit-pre2'];

const experiment: Partial<ExperimentInput> = {
  teacher: undefined,
  // Long enough to be killed on the way.
  training: { epochs: 30, batchSize: 16, learningRate: 0.01 },
  student: { checkpoint: file, graph: denseNames, dropout: 0.2, dropoutAt: ['h*'] },
  strategy: { kind: 'self', layers: [1, 'pre2'] },
};

test('a graph with exits and dropout that is killed and resumed ends as undisturbed, each exit a graph of its own', async () => {
  const whole = await makeRun(project, '20260101-000000-few-self-s1-abcd', experiment);
  const { result, events } = await resultOf(whole);
  const { student, candidates = {}, ensemble } = result;
  assert.deepEqual(Object.keys(candidates), names);
  assert.ok(ensemble!.accuracy! > 0.3 && student.accuracy! > 0.3, JSON.stringify(student.accuracy));
  for (const [name, exit] of Object.entries(candidates)) {
    // Its own figures: less than the student, and better than chance.
    assert.ok(exit.parameters < student.parameters + 130 && exit.bytes < student.bytes, name);
    assert.ok(
      exit.latencyMs! > 0 && exit.throughput! > 0 && exit.accuracy! > 0.2,
      `${name}: ${exit.accuracy}`,
    );
    assert.equal(exit.graph, true);
    const saved = join(whole.candidatesDirectory, name, 'net.onnx');
    assert.equal(statSync(saved).size, exit.bytes);
    const session = await InferenceSession.create(saved);
    const { logits } = await session.run({ images: new Tensor(new Float32Array(2 * 784), [2, 1, 28, 28]) });
    assert.deepEqual(logits!.dims, [2, 10]);
    await session.release();
  }
  const terms = new Set(ofType(events, 'metric').flatMap(({ values }) => Object.keys(values)));
  for (const name of names)
    for (const part of ['labels', 'self'])
      assert.ok([...terms].some((term) => term.includes(`${name}.${part}`)));

  const killed = await makeRun(project, 'killed', experiment);
  const worker = startWorker(killed.path);
  await waitFor(killed, (event) => event.type === 'checkpoint');
  worker.process.kill('SIGKILL');
  assert.equal((await worker.ended).signal, 'SIGKILL');
  assert.equal((await runToEnd(killed)).code, 0);
  assert.ok((await eventsOf(killed)).some((event) => event.type === 'started' && event.resumedFromEpoch));
  for (const folder of ['student', ...names.map((name) => join('candidates', name))]) {
    const [one, other] = [whole, killed].map(({ path }) => readFileSync(join(path, folder, 'net.onnx')));
    assert.deepEqual(one, other, folder);
  }

  // Each goes out beside the student, held against what was trained.
  const to = join(project, 'out');
  const words = ['export', 'abcd', '--to', to, '--data-dir', join(project, '.distillery')];
  const exported = await distillery(...words, '--format', 'onnx,transformers-js');
  assert.equal(exported.code, 0, exported.err);
  const rows = exported.out.match(/model\.onnx\s+fp32\s+\S+ kB\s+100\.00 %\s+\S+\s+.*80 samples/g);
  assert.equal(rows?.length, 6, exported.out);
  assert.match(
    exported.out + exported.err,
    /this graph has "images", "scores", and is for ONNX Runtime alone/,
  );
  for (const folder of ['', ...names.map((name) => join('candidates', name))]) {
    const trained = folder === '' ? whole.studentDirectory : join(whole.path, folder);
    const wanted = readFileSync(join(trained, 'net.onnx'));
    for (const place of ['model.onnx', 'onnx/model.onnx'])
      assert.deepEqual(readFileSync(join(to, folder, place)), wanted, join(folder, place));
  }
  const rounded = await distillery(...words, '--precision', 'int8');
  assert.equal(rounded.code, 2);
  assert.match(rounded.err, /exported as it was trained, not in int8[\s\S]*"kind": "quantize"/);
  const other = await distillery(...words, '--format', 'safetensors');
  assert.match(other.err, /has no form "safetensors"/);

  // What dropped in training is the graph it was, with new weights.
  await usePlainBackend();
  const model = await loadModel(whole.studentDirectory);
  assert.ok(model.config.architecture === 'onnx' && model.config.dropout === undefined);
  model.dispose();
  assert.deepEqual(readdirSync(whole.candidatesDirectory).sort(), names);
});
