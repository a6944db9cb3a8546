import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Interruption, type StopReason } from '../../../src/base/interruption.ts';
import { downloadSnapshot } from '../../../src/models/hub/download.ts';
import { checkpointFolder } from '../../../src/training/checkpoint-folder.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { type HubServer, sendFrom, startHub } from './hub-server.ts';
import { assertNotThere, filesOf, impatient, reference, refuse, use, weights } from './support.ts';

test('a hub that never answers is given up, and what is in the cache will do', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub);
  hub.answer = () => true;
  await refuse(
    downloadSnapshot(reference, { limits: impatient }),
    /hf:tiny\/model@main could not be downloaded from (127\.0\.0\.1:\d+): \1 has not answered for 4 s/,
    /try again/,
  );
  hub.answer = () => false;
  const snapshot = await downloadSnapshot(reference);
  hub.answer = () => true;
  assert.deepEqual(await downloadSnapshot(reference, { limits: impatient }), snapshot);
});

test('a file that stalls is given up with what has arrived, and the next time goes on there', async (context) => {
  const files = filesOf('bert');
  const hub = await startHub(context, files);
  const folder = use(context, hub);
  hub.intercept = (name, response, content, start) => {
    if (name !== weights) return false;
    if (start === 0) sendFrom(0, response, content, 4000);
    return true;
  };
  const size = files.get(weights)!.length;
  await refuse(
    downloadSnapshot(reference, { limits: impatient }),
    new RegExp(`${weights} stands at 4000 of ${size} bytes: 127\\.0\\.0\\.1:\\d+ has not answered`),
    /goes on where it ended/,
  );
  assertNotThere(folder);
  hub.intercept = () => false;
  hub.requests.length = 0;
  const { directory } = await downloadSnapshot(reference);
  assert.deepEqual(readFileSync(join(directory, weights)), files.get(weights));
  assert.equal(hub.requests.find(({ path }) => path.endsWith(weights))!.range, 'bytes=4000-');
  assert.ok(readdirSync(join(folder, 'blobs')).every((name) => !name.endsWith('.incomplete')));
});

test('silence in the middle of a file is noticed', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub);
  // Each time nothing arrives but what must be sent again.
  hub.intercept = (name, response) => {
    if (name !== weights) return false;
    response.writeHead(200).flushHeaders();
    return true;
  };
  await refuse(
    downloadSnapshot(reference, { limits: impatient }),
    /stands at 0 of \d+ bytes: 127\.0\.0\.1:\d+ has sent nothing for 4 s/,
  );
});

for (const [where, stalls] of [
  [
    'before it says anything',
    (hub: HubServer, stalled: () => void) => {
      hub.answer = () => {
        stalled();
        return true;
      };
    },
  ],
  [
    'in the middle of a file',
    (hub: HubServer, stalled: () => void) => {
      hub.intercept = (name, response, content) => {
        if (name !== weights) return false;
        sendFrom(0, response, content, 4000);
        stalled();
        return true;
      };
    },
  ],
] as const)
  for (const reason of ['stop', 'cancel'] as const)
    test(`${reason} is heard while a hub stalls ${where}`, async (context) => {
      const hub = await startHub(context, filesOf('bert'));
      const folder = use(context, hub);
      let asked: StopReason | undefined;
      stalls(hub, () => {
        asked = reason;
      });
      await assert.rejects(
        checkpointFolder('hf:tiny/model', temporaryDirectory(context), { stopRequested: () => asked }),
        (error) => error instanceof Interruption && error.reason === reason,
      );
      assertNotThere(folder);
      assert.deepEqual(readdirSync(join(folder, '..', '.locks', 'models--tiny--model')), []);
    });

test('a hub that is busy is asked again when it says, and given up if that is too long', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub);
  const busy = (after: string, times: number) => {
    hub.requests.length = 0;
    hub.answer = (_request, response) => {
      if (hub.requests.length > times) return false;
      response.writeHead(429, { 'Retry-After': after }).end();
      return true;
    };
    return downloadSnapshot(reference);
  };
  await refuse(busy('3600', Infinity), /answers 429 for hf:tiny\/model@main/, /left alone for 3600 s/);
  assert.equal(hub.requests.length, 1);
  await refuse(busy('0', Infinity), /answers 429/);
  assert.equal(hub.requests.length, 4);
  await busy(new Date(0).toUTCString(), 2);
});

test('a stop is heard while a busy hub is left alone', async (context) => {
  const hub = await startHub(context, filesOf('bert'));
  use(context, hub);
  const stopping = new AbortController();
  hub.answer = (_request, response) => {
    response.on('finish', () => setImmediate(() => stopping.abort(new Error('stopped'))));
    response.writeHead(429, { 'Retry-After': '50' }).end();
    return true;
  };
  await assert.rejects(downloadSnapshot(reference, { signal: stopping.signal }), /stopped/);
});
