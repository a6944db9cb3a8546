import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { offeredParts, partsWantedAt } from '../../../src/checks/apart/offered-parts.ts';
import { partsOfCheckpoint } from '../../../src/checks/models/model-parts.ts';
import { encoded, oddGraph, types, valueInfo } from '../../models/onnx/graphs.ts';
import { temporaryFolder } from '../support.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');

test('places of an experiment where parts of a checkpoint stand', () => {
  for (const [path, wanted] of [
    [['teacher', 'graph', 'inputs', 'input_ids'], { who: 'teacher', kind: 'inputs' }],
    [['student', 'graph', 'logits'], { who: 'student', kind: 'values' }],
    [['student', 'freeze', 0], { who: 'student', kind: 'weights' }],
    [['student', 'lora', 'targets', 1], { who: 'student', kind: 'adaptable' }],
    [['student', 'lora', 'rank'], undefined],
    [['strategy', 'layers', 0, 'teacher'], { who: 'teacher', kind: 'layers' }],
    [['student', 'dropoutAt', 0], { who: 'student', kind: 'values' }],
    [['strategy', 'layers', 1], { who: 'student', kind: 'exits' }],
    [['strategy', 'terms', 1, 'layer', 'student'], { who: 'student', kind: 'layers' }],
    [['student', 'checkpoint'], undefined],
    [['strategy', 'student'], undefined],
    [['dataset', 'graph', 'logits'], undefined],
  ] as const)
    assert.deepEqual(partsWantedAt(path), wanted, path.join());
});

test('names of a graph are offered where it is not even understood, with patterns for its weights', async () => {
  const folder = await temporaryFolder();
  const graph = oddGraph();
  const inputs = [...graph.inputs, valueInfo('odd', types.INT32, ['n', 'l'])];
  const nodes = [...graph.nodes, { opType: 'Identity', input: ['odd'], output: ['left'] }];
  await writeFile(join(folder, 'odd.onnx'), encoded({ ...graph, inputs, nodes }));
  const parts = (await partsOfCheckpoint({ checkpoint: 'odd.onnx', directory: folder }))!;
  const offered = (kind: Parameters<typeof offeredParts>[0]) =>
    offeredParts(kind, parts).map(({ value }) => value);
  assert.deepEqual(offered('inputs'), ['tok:0', 'odd']);
  assert.deepEqual(offered('values'), ['left', 'Ergebnis', '$mean', 'a b']);
  assert.deepEqual(offered('layers'), ['a b', '$mean', 'Ergebnis', 'left']);
  assert.deepEqual(offered('weights'), ['Ünïcode table/0', 'W*', 'β']);
});

test('a checkpoint that is described offers layers by number and weights by pattern', async () => {
  const parts = (await partsOfCheckpoint({ checkpoint: 'checkpoints/bert', directory: fixtures }))!;
  const layers = offeredParts('layers', parts).map(({ value }) => value);
  assert.deepEqual(
    layers,
    Array.from({ length: parts.layers! + 1 }, (_, layer) => layer),
  );
  const exits = offeredParts('exits', parts).map(({ value }) => value);
  assert.deepEqual(exits, layers.slice(1, -1));
  const weights = offeredParts('weights', parts).map(({ value }) => value);
  for (const wanted of ['bert.embeddings.*', 'bert.encoder.layer.0.*', 'classifier.weight'])
    assert.ok(weights.includes(wanted), `${wanted} in ${weights.join(' ')}`);
  const adaptable = offeredParts('adaptable', parts).map(({ value }) => value);
  for (const wanted of ['query', 'value', 'bert.encoder.layer.0.attention.self.query'])
    assert.ok(adaptable.includes(wanted), `${wanted} in ${adaptable.join(' ')}`);
  assert.ok(!adaptable.includes('classifier'));
  assert.equal(await partsOfCheckpoint({ checkpoint: 'hf:nobody/nothing', directory: fixtures }), undefined);
});
