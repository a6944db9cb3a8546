import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { downloadSnapshot } from '../../../src/models/hub/download.ts';
import { commit, sendFrom, startHub } from './hub-server.ts';
import { assertNotThere, filesOf, reference, refuse, use, weights } from './support.ts';

const isFile = ({ url }: IncomingMessage, name = weights) => url!.endsWith(`/resolve/${commit}/${name}`);
const isTree = ({ url }: IncomingMessage) => url!.includes('/tree/');

/** Has the server go away once the beginning of the weights has arrived. */
function cutOff() {
  let sending: ServerResponse | undefined;
  return {
    send(response: ServerResponse, content: Buffer): void {
      response.writeHead(200, { 'Content-Length': content.length });
      response.write(content.subarray(0, 4000));
      sending = response;
    },
    options: {
      limits: { pauseMs: 1 },
      onProgress: (_done: number, _total: number, file: string) => {
        if (file === weights) sending?.destroy();
        sending = undefined;
      },
    },
  };
}

function redirect(response: ServerResponse, to: string): true {
  response.writeHead(302, { Location: to });
  response.end();
  return true;
}

test('a list of files without an end is given up', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub);
  let pages = 0;
  hub.answer = (request, response) => {
    if (!isTree(request)) return false;
    const next = `${hub.url}/api/models/tiny/model/tree/${commit}?page=${++pages}`;
    response.writeHead(200, { 'Content-Type': 'application/json', Link: `<${next}>; rel="next"` });
    response.end(JSON.stringify([{ type: 'file', path: `${pages}.txt`, size: 1, oid: 'b'.repeat(40) }]));
    return true;
  };
  await refuse(downloadSnapshot(reference, { limits: { pages: 7 } }), /lists files on more than 7 pages/);
  assert.equal(pages, 6);
});

test('an answer without an end is given up', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub);
  hub.answer = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const more = () => {
      while (response.write('['.repeat(8192)));
    };
    response.on('drain', more);
    more();
    return true;
  };
  await refuse(
    downloadSnapshot(reference, { limits: { answerBytes: 100_000 } }),
    /sends more than 100000 bytes where it describes a model/,
  );
});

test('what no hub would say is said to be so', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub);
  const say = (body: string, when = (_request: IncomingMessage) => true) => {
    hub.answer = (request, response) => {
      if (!when(request)) return false;
      response.end(body);
      return true;
    };
    return downloadSnapshot(reference);
  };
  await refuse(say('<h1>Please sign in</h1>'), /does not answer as a Hub does.*sign in/);
  await refuse(say('null'), /does not answer as a Hub does/);
  await refuse(say('{}'), /names no commit/);
  await refuse(say('{}', isTree), /does not answer as a Hub does/);
  await refuse(say('[{"type":"file","path":"config.json","size":-1}]', isTree), /lists files otherwise/);
});

test('redirects without an end are given up', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub);
  let hops = 0;
  hub.answer = (_request, response) => redirect(response, `/somewhere/${++hops}`);
  await refuse(downloadSnapshot(reference, { limits: { redirects: 3 } }), /redirects more than 3 times/);
  assert.equal(hops, 4);
});

test('a redirect is followed, with the token at home only, and never to another protocol', async (context) => {
  const token = 'hf_secretsecretsecret';
  const files = filesOf('bert');
  const hub = await startHub(context, files, { token });
  const store = await startHub(context, files);
  use(context, hub, { HF_TOKEN: token });
  const path = `/tiny/model/resolve/${commit}/${weights}`;
  hub.answer = (request, response) => isFile(request) && redirect(response, `${store.url}${path}`);
  await downloadSnapshot(reference);
  assert.deepEqual(
    store.requests.map(({ token: given }) => given),
    [undefined],
  );
  use(context, hub, { HF_TOKEN: token });
  hub.answer = (request, response) => isFile(request) && redirect(response, 'file:///etc/hostname');
  await refuse(
    downloadSnapshot(reference, { limits: { attempts: 1 } }),
    /stands at 0 of \d+ bytes: .* leads from http:\/\/ to file:\/\//,
  );
});

test('a page of the list elsewhere does not get the token', async (context) => {
  const token = 'hf_secretsecretsecret';
  const hub = await startHub(context, filesOf('bert'), { token });
  const other = await startHub(context, filesOf('bert'));
  use(context, hub, { HF_TOKEN: token });
  hub.answer = (request, response) => {
    if (!isTree(request)) return false;
    const next = `${other.url}/api/models/tiny/model/tree/${commit}`;
    response.writeHead(200, { Link: `<${next}>; rel="next"` });
    response.end('[]');
    return true;
  };
  await downloadSnapshot(reference);
  assert.deepEqual(
    other.requests.map(({ token: given }) => given),
    [undefined],
  );
});

test('more than was promised is not kept', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  const folder = use(context, hub);
  hub.intercept = (name, response, content) => {
    if (name !== weights) return false;
    response.end(Buffer.concat([content, Buffer.alloc(1)]));
    return true;
  };
  await refuse(
    downloadSnapshot(reference),
    /sends more of model\.safetensors than the \d+ bytes/,
    /Nothing of it was kept/,
  );
  assertNotThere(folder);
  assert.ok(readdirSync(join(folder, 'blobs')).every((name) => !name.endsWith('.incomplete')));
});

test('less than was promised is not taken for whole', async (context) => {
  const files = filesOf('bert');
  const hub = await startHub(context, files);
  const folder = use(context, hub);
  hub.intercept = (name, response, content) => {
    if (name !== weights) return false;
    response.end(content.subarray(0, 3000));
    return true;
  };
  await refuse(
    downloadSnapshot(reference, { limits: { attempts: 1 } }),
    /stands at 3000 of \d+ bytes: .* ended early/,
  );
  assertNotThere(folder);
});

test('a file that is another by now begins anew', async (context) => {
  const files = filesOf('bert');
  const hub = await startHub(context, files);
  use(context, hub);
  const cut = cutOff();
  let versions = 0;
  hub.intercept = (name, response, content, start) => {
    if (name !== weights) return false;
    response.setHeader('ETag', `"${++versions}"`);
    // The first version is another file, and is cut off. A range of it cannot be had any more, If-Range says.
    if (versions === 1) cut.send(response, Buffer.alloc(content.length, 1));
    else {
      assert.equal(start, 4000);
      sendFrom(0, response, content);
    }
    return true;
  };
  const { directory } = await downloadSnapshot(reference, cut.options);
  assert.deepEqual(readFileSync(join(directory, weights)), files.get(weights));
  assert.deepEqual(
    hub.requests.filter(({ path }) => path.endsWith(weights)).map(({ range, ifRange }) => [range, ifRange]),
    [
      [undefined, undefined],
      ['bytes=4000-', '"1"'],
    ],
  );
});

test('a part of another version, of another place or beyond the end begins anew', async (context) => {
  const files = filesOf('bert');
  for (const mistake of ['version', 'place', 'end'] as const) {
    const hub = await startHub(context, files);
    use(context, hub);
    const cut = cutOff();
    let asked = 0;
    hub.intercept = (name, response, content, start) => {
      if (name !== weights || ++asked > 2) return false;
      response.setHeader('ETag', mistake === 'version' ? `"${asked}"` : '"same"');
      if (asked === 1) cut.send(response, content);
      else if (mistake === 'version') sendFrom(start, response, content);
      else if (mistake === 'place') {
        response.writeHead(206, { 'Content-Range': `bytes 0-9/${content.length}` });
        response.end(content.subarray(0, 10));
      } else response.writeHead(416).end();
      return true;
    };
    const { directory } = await downloadSnapshot(reference, cut.options);
    assert.deepEqual(readFileSync(join(directory, weights)), files.get(weights), mistake);
    assert.deepEqual(
      hub.requests.filter(({ path }) => path.endsWith(weights)).map(({ range }) => range),
      [undefined, 'bytes=4000-', undefined],
      mistake,
    );
  }
});

test('what an earlier download left is done away with if it was wrong', async (context) => {
  const files = filesOf('bert');
  const hub = await startHub(context, files);
  const folder = use(context, hub);
  const { directory } = await downloadSnapshot(reference);
  const blob = join(folder, 'blobs', readdirSync(join(folder, 'blobs')).find((name) => name.length === 64)!);
  rmSync(blob);
  writeFileSync(`${blob}.incomplete`, Buffer.alloc(2000, 1));
  await downloadSnapshot(reference);
  assert.deepEqual(readFileSync(join(directory, weights)), files.get(weights));
});

test('a model beyond the bound is refused before any of it is fetched, and the bound can be raised', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub, { DISTILLERY_LARGEST_MODEL_GB: '0.00001' });
  await refuse(
    downloadSnapshot(reference),
    /hf:tiny\/model@main has .* GB of files, more than/,
    /DISTILLERY_LARGEST_MODEL_GB=1 /,
  );
  assert.ok(hub.requests.every(({ path }) => path.startsWith('/api/')));
  process.env.DISTILLERY_LARGEST_MODEL_GB = 'all';
  await refuse(downloadSnapshot(reference), /DISTILLERY_LARGEST_MODEL_GB is "all"/, /gigabytes/);
  process.env.DISTILLERY_LARGEST_MODEL_GB = '';
  await refuse(
    downloadSnapshot(reference, { limits: { textBytes: 10 } }),
    /config\.json of hf:tiny\/model@main has \d+ bytes, more than the 10/,
  );
  await downloadSnapshot(reference);
});
