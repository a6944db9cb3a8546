import assert from 'node:assert/strict';
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { inspectCheckpoint } from '../../../src/models/checkpoint/checkpoint.ts';
import { downloadSnapshot } from '../../../src/models/hub/download.ts';
import { parseHubReference } from '../../../src/models/hub/reference.ts';
import { commit, sendFrom, startHub } from './hub-server.ts';
import { filesOf, reference, refuse, use, weights } from './support.ts';

test('a model is downloaded into the shared cache, without what it does not need', async (context) => {
  const files = filesOf('bert', {
    'tokenizer.json': '{}',
    'pytorch_model.bin': 'pickle',
    'run.py': 'print()',
  });
  const hub = await startHub(context, files);
  const folder = use(context, hub);
  const progress: [number, number][] = [];
  const snapshot = await downloadSnapshot(reference, {
    onProgress: (done, total) => progress.push([done, total]),
  });
  assert.deepEqual(snapshot, { commit, directory: join(folder, 'snapshots', commit) });
  assert.deepEqual(readdirSync(snapshot.directory).sort(), ['config.json', weights, 'tokenizer.json']);
  assert.equal(readFileSync(join(folder, 'refs', 'main'), 'utf8'), commit);
  assert.ok(lstatSync(join(snapshot.directory, weights)).isSymbolicLink());
  assert.equal(readdirSync(join(folder, 'blobs')).length, 3);
  const [done, total] = progress.at(-1)!;
  assert.equal(done, total);
  assert.equal(
    total,
    ['config.json', weights, 'tokenizer.json'].reduce((sum, name) => sum + files.get(name)!.length, 0),
  );
  assert.equal((await inspectCheckpoint(snapshot.directory)).config.architecture, 'bert');
});

test('weights over several files come by their index', async (context) => {
  const hub = await startHub(context, filesOf('llama'));
  use(context, hub);
  const { directory } = await downloadSnapshot(reference);
  const shards = readdirSync(directory).filter((name) => name.endsWith('.safetensors'));
  assert.equal(shards.length, 4);
  assert.equal((await inspectCheckpoint(directory)).config.architecture, 'llama');
});

test('a second time nothing is downloaded, and without a connection the cache will do', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub);
  const first = await downloadSnapshot(reference);
  hub.requests.length = 0;
  assert.deepEqual(await downloadSnapshot(reference), first);
  assert.ok(hub.requests.every(({ path }) => path.startsWith('/api/')));
  hub.refuse = 503;
  assert.deepEqual(await downloadSnapshot(reference), first);
  await hub.close();
  assert.deepEqual(await downloadSnapshot(reference), first);
  assert.deepEqual(await downloadSnapshot({ ...reference, revision: commit }), first);
  process.env.HF_HUB_OFFLINE = '1';
  assert.deepEqual(await downloadSnapshot(reference), first);
  await refuse(downloadSnapshot({ ...reference, revision: 'v2' }), /hf:tiny\/model@v2 is not in the cache/);
});

test('a commit that is in the cache asks nobody', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub);
  await downloadSnapshot(reference);
  hub.requests.length = 0;
  await downloadSnapshot({ ...reference, revision: commit });
  assert.deepEqual(hub.requests, []);
});

test('a download that is cut off goes on where it ended', async (context) => {
  const files = filesOf('bert');
  const hub = await startHub(context, files);
  use(context, hub);
  let cuts = 0;
  let sending: ServerResponse | undefined;
  hub.intercept = (name, response, content, start) => {
    if (name !== weights || cuts >= 2) return false;
    cuts++;
    sendFrom(start, response, content, 4000);
    sending = response;
    return true;
  };
  // The server goes away once some of it has arrived.
  const onProgress = (_done: number, _total: number, file: string) => {
    if (file === weights) sending?.destroy();
  };
  const { directory } = await downloadSnapshot(reference, { onProgress });
  assert.deepEqual(readFileSync(join(directory, weights)), files.get(weights));
  const ranges = hub.requests.filter(({ path }) => path.endsWith(weights)).map(({ range }) => range);
  assert.equal(ranges.length, 3);
  assert.equal(ranges[0], undefined);
  assert.match(ranges[2]!, /^bytes=[1-9]\d*-$/);
});

test('an interrupted download leaves what it got for the next one, and no half file is taken for whole', async (context) => {
  const files = filesOf('bert');
  const hub = await startHub(context, files);
  const folder = use(context, hub);
  const controller = new AbortController();
  hub.intercept = (name, response, content, start) => {
    if (name !== weights || start > 0) return false;
    sendFrom(0, response, content, 4000);
    return true;
  };
  const interrupted = downloadSnapshot(reference, {
    signal: controller.signal,
    onProgress: (_done, _total, file) => {
      if (file === weights) controller.abort(new Error('stopped'));
    },
  });
  await assert.rejects(interrupted, /stopped/);
  assert.ok(!existsSync(join(folder, 'snapshots', commit, weights)));
  assert.ok(!existsSync(join(folder, 'refs', 'main')));
  const { directory } = await downloadSnapshot(reference);
  assert.deepEqual(readFileSync(join(directory, weights)), files.get(weights));
  assert.match(hub.requests.at(-1)!.range!, /^bytes=\d+-$/);
});

test('content with the wrong hash is not taken', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  const folder = use(context, hub);
  hub.intercept = (name, response, content) => {
    if (name !== weights) return false;
    response.end(Buffer.from(content).fill(7, 2000, 2001));
    return true;
  };
  await refuse(downloadSnapshot(reference), /model\.safetensors was damaged on its way/);
  assert.ok(readdirSync(join(folder, 'blobs')).every((name) => !name.endsWith('.incomplete')));
  assert.ok(!existsSync(join(folder, 'snapshots', commit, weights)));
});

test('the token opens a gated model, and stands in no message', async (context) => {
  const token = 'hf_secretsecretsecret';
  const hub = await startHub(context, filesOf('bert'), { token });
  use(context, hub);
  await refuse(downloadSnapshot(reference), /does not let you read hf:tiny\/model@main/, /set HF_TOKEN/);
  process.env.HF_TOKEN = token;
  await downloadSnapshot(reference);
  assert.ok(hub.requests.at(-1)!.token === `Bearer ${token}`);
  process.env.HF_TOKEN = 'hf_wrongwrongwrong';
  await assert.rejects(downloadSnapshot({ ...reference, revision: 'v2' }), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /does not let this token read/);
    assert.ok(
      !JSON.stringify([error.message, error.remedy, String(error.cause), error.stack]).includes('wrongwrong'),
    );
    return true;
  });
});

test('a token that `hf auth login` stored is used', async (context) => {
  const token = 'hf_storedstoredstored';
  const hub = await startHub(context, filesOf('bert'), { token });
  use(context, hub);
  writeFileSync(join(process.env.HF_HOME!, 'token'), `${token}\n`);
  await downloadSnapshot(reference);
});

test('what cannot be had is explained', async (context) => {
  const hub = await startHub(context, new Map([['pytorch_model.bin', Buffer.from('pickle')]]));
  use(context, hub);
  await refuse(
    downloadSnapshot(reference),
    /has no model\.safetensors, and no ONNX graph in its root or its folder onnx, only pytorch_model\.bin/,
    /conversion bot/,
  );
  await refuse(downloadSnapshot(parseHubReference('hf:tiny/other')), /is not on 127/, /Correct the name/);
  await hub.close();
  await refuse(
    downloadSnapshot(reference),
    /could not be downloaded from 127\.0\.0\.1:\d+: .*connect ECONNREFUSED/,
    /HF_ENDPOINT/,
  );
  process.env.HF_ENDPOINT = 'hub.example';
  await refuse(downloadSnapshot(reference), /HF_ENDPOINT is not an address/);
});

test('references are parsed, and lead nowhere else', () => {
  assert.deepEqual(parseHubReference('hf:a/b'), { repository: 'a/b', revision: 'main' });
  assert.deepEqual(parseHubReference('hf:a-1/b.c_d@refs/pr/3'), {
    repository: 'a-1/b.c_d',
    revision: 'refs/pr/3',
  });
  const file = 'onnx/model_fp16.onnx';
  assert.deepEqual(parseHubReference(`hf:a/b:${file}`), { repository: 'a/b', revision: 'main', file });
  assert.deepEqual(parseHubReference('hf:a/b@refs/pr/3:x.onnx'), {
    repository: 'a/b',
    revision: 'refs/pr/3',
    file: 'x.onnx',
  });
  for (const text of [
    'a/b',
    'hf:',
    'hf:a',
    'hf:a/b/c',
    'hf:../b',
    'hf:a/..',
    'hf:a/b@',
    'hf:a/b@../x',
    'hf:a/b@x@y',
    'hf:a/b@/etc',
    'hf:a/b:',
    'hf:a/b:../x.onnx',
    'hf:a/b:other/x.onnx',
    'hf:a/b:pytorch_model.bin',
    'hf:a/b:x.onnx:y.onnx',
  ])
    assert.throws(
      () => parseHubReference(text),
      { name: 'UserError', remedy: /hf:owner\/name@revision/ },
      text,
    );
});
