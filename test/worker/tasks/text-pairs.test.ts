import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { onnx } from 'onnx-proto';
import { temporaryDirectory } from '../support.ts';
import { exportedGraph, exportedJson, exportingRun, table } from './support.ts';

test('a run learns from pairs of texts, and its student takes token types wherever it is exported to', async () => {
  const project = temporaryDirectory();
  const { run, events, result } = await exportingRun(project, 'pairs', {
    dataset: {
      kind: 'text-classification',
      train: table(project, 'replies.csv', 160),
      textColumns: ['request', 'reply'],
      tokenizer: { kind: 'words' },
      maxLength: 40,
    },
  });
  assert.ok(result.agreement! > 0);
  const { graph, problem } = exportedGraph(events);
  assert.equal(problem, undefined);
  assert.equal(graph?.check?.agreement, 1);
  assert.equal(graph.check.madeUp, undefined);
  assert.match(graph.remark!, /pairs of texts that are too long/);
  const { model_input_names: names } = exportedJson(run, 'tokenizer_config.json');
  assert.deepEqual(names, ['input_ids', 'token_type_ids', 'attention_mask']);
  const model = onnx.ModelProto.decode(readFileSync(join(run.exportDirectory, graph.file)));
  assert.deepEqual(model.graph!.input!.map(({ name }) => name).sort(), [
    'attention_mask',
    'input_ids',
    'token_type_ids',
  ]);
});

test('a student that knows no token types learns from pairs all the same', async () => {
  const project = temporaryDirectory();
  const { run, events } = await exportingRun(project, 'untyped', {
    dataset: {
      kind: 'text-classification',
      train: table(project, 'replies.csv', 80),
      textColumns: ['request', 'reply'],
      tokenizer: { kind: 'words' },
      maxLength: 40,
    },
    student: { model: { architecture: 'bert', layout: 'distilbert', hiddenSize: 8, layers: 1, heads: 2 } },
    teacher: undefined,
    strategy: { kind: 'direct' },
    training: { epochs: 1, batchSize: 16 },
  });
  assert.equal(exportedGraph(events).graph?.check?.agreement, 1);
  assert.deepEqual(exportedJson(run, 'tokenizer_config.json').model_input_names, [
    'input_ids',
    'attention_mask',
  ]);
});
