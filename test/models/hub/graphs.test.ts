import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readStoredModel } from '../../../src/checks/models/stored-model.ts';
import { inspectCheckpoint, loadModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { cachedSnapshot, checkpointIn } from '../../../src/models/hub/cache.ts';
import { downloadSnapshot } from '../../../src/models/hub/download.ts';
import { parseHubReference } from '../../../src/models/hub/reference.ts';
import { folderOfCheckpoint } from '../../../src/models/onnx/files.ts';
import { checkpointFolder } from '../../../src/training/checkpoint-folder.ts';
import { usePlainBackend } from '../backend.ts';
import { encoded, oddGraph, types } from '../onnx/graphs.ts';
import { commit, sendFrom, startHub } from './hub-server.ts';
import { filesOf, reference, refuse, use } from './support.ts';

const graph = 'onnx/model.onnx';
const data = 'onnx/model.onnx_data';
const table = Float32Array.from({ length: 36 }, (_, at) => at / 7);

/** A graph whose table lies in a file beside it, as exporters write large ones. */
function graphFiles(): Map<string, Buffer> {
  const odd = oddGraph();
  const initializer = [
    {
      name: 'Ünïcode table/0',
      dims: [9, 4],
      dataType: types.FLOAT,
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'model.onnx_data' }],
    },
    ...odd.initializer.slice(1),
  ];
  return new Map([
    ['config.json', Buffer.from('{"id2label":{"0":"a","1":"b","2":"c"}}')],
    ['tokenizer.json', Buffer.from('{}')],
    [graph, Buffer.from(encoded({ ...odd, initializer }))],
    [data, Buffer.from(table.buffer)],
    ['onnx/model_quantized.onnx', Buffer.from('other')],
    ['onnx/decoder_model.onnx', Buffer.from('other')],
    ['README.md', Buffer.from('read')],
  ]);
}

const open = async (context: TestContext, files = graphFiles()) => {
  const hub = await startHub(context, files);
  return { hub, folder: use(context, hub) };
};

test('a repository without safetensors gives its usual graph, with what lies beside it', async (context) => {
  await usePlainBackend();
  const { hub, folder } = await open(context);
  const first = await downloadSnapshot(reference);
  assert.deepEqual(first, { directory: join(folder, 'snapshots', commit), commit, graph });
  assert.deepEqual(readdirSync(first.directory).sort(), ['config.json', 'onnx', 'tokenizer.json']);
  assert.deepEqual(readdirSync(join(first.directory, 'onnx')).sort(), ['model.onnx', 'model.onnx_data']);
  const model = await loadModel(checkpointIn(first));
  assert.deepEqual(model.parameters.get('Ünïcode table/0')!.dataSync(), table);
  assert.deepEqual((await inspectCheckpoint(checkpointIn(first))).classNames, ['a', 'b', 'c']);
  assert.equal(folderOfCheckpoint(checkpointIn(first)), first.directory);
  // Known from the cache alone, to checks and runs.
  hub.requests.length = 0;
  assert.deepEqual(await cachedSnapshot(reference), first);
  assert.deepEqual(await downloadSnapshot({ ...reference, revision: commit }), first);
  const { stored } = await readStoredModel('hf:tiny/model', {
    path: ['teacher', 'checkpoint'],
    directory: '.',
    freshHead: false,
  });
  assert.equal(stored?.config.architecture, 'onnx');
  assert.deepEqual(hub.requests, []);
  assert.equal(await checkpointFolder('hf:tiny/model', '.'), join(first.directory, graph));
});

test('safetensors come first, and a graph where it is named; neither is taken for the other', async (context) => {
  const both = new Map([...graphFiles(), ...filesOf('bert')]);
  const { folder } = await open(context, both);
  const named = parseHubReference(`hf:tiny/model:${graph}`);
  const asGraph = await downloadSnapshot(named);
  assert.equal(checkpointIn(asGraph), join(folder, 'snapshots', commit, graph));
  assert.ok(!existsSync(join(asGraph.directory, 'model.safetensors')));
  assert.equal(await cachedSnapshot(reference), undefined);
  const whole = await downloadSnapshot(reference);
  assert.equal(checkpointIn(whole), whole.directory);
  assert.ok(existsSync(join(whole.directory, 'model.safetensors')));
  assert.deepEqual(await cachedSnapshot(reference), whole);
  assert.deepEqual(await cachedSnapshot(named), asGraph);
});

test('a graph is there when all of it is, and a download goes on where it ended', async (context) => {
  const { hub } = await open(context);
  const stopping = new AbortController();
  hub.intercept = (name, response, content, start) => {
    if (name !== data || start > 0) return false;
    sendFrom(0, response, content, 100);
    return true;
  };
  const interrupted = downloadSnapshot(reference, {
    signal: stopping.signal,
    onProgress: (_done, _total, file) => {
      if (file === data) stopping.abort(new Error('stopped'));
    },
  });
  await assert.rejects(interrupted, /stopped/);
  assert.equal(await cachedSnapshot(reference), undefined);
  assert.equal(await cachedSnapshot({ ...reference, file: graph }), undefined);
  hub.requests.length = 0;
  const { directory } = await downloadSnapshot(reference);
  assert.deepEqual(readFileSync(join(directory, data)), Buffer.from(table.buffer));
  const asked = hub.requests.filter(({ path }) => path.includes('/resolve/'));
  assert.deepEqual(
    asked.filter(({ path }) => path.endsWith('onnx')),
    [],
    'the graph was there',
  );
  assert.match(asked.find(({ path }) => path.endsWith('_data'))!.range!, /^bytes=\d+-$/);
});

test('graphs that may be meant alike must be named, and sizes are bounded', async (context) => {
  const files = graphFiles();
  files.delete(graph);
  files.set('onnx/model_fp16.onnx', Buffer.from('other'));
  const { hub } = await open(context, files);
  await refuse(
    downloadSnapshot(reference),
    /holds several ONNX models: onnx\/model_quantized\.onnx, onnx\/model_fp16\.onnx/,
    /Name one, such as hf:tiny\/model@main:onnx\/model_quantized\.onnx/,
  );
  await refuse(
    downloadSnapshot({ ...reference, file: graph }),
    /hf:tiny\/model@main has no graph onnx\/model\.onnx/,
    /It has onnx\/model_quantized\.onnx/,
  );
  hub.requests.length = 0;
  const large = { ...reference, file: 'onnx/model_fp16.onnx' };
  await refuse(downloadSnapshot(large, { limits: { modelBytes: 4 } }), /has .* of files, more than/);
  assert.ok(hub.requests.every(({ path }) => path.startsWith('/api/')));
  await refuse(downloadSnapshot(large), /is a damaged ONNX model/);
  assert.equal(await cachedSnapshot(large), undefined);
});
