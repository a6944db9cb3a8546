import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Uri, window } from 'vscode';
import { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import { answering, execute, folder, patienceMs, until, write } from './support.ts';

const keyName = 'DISTILLERY_SUITE_KEY';
const key = 'sk-of-the-suite-0123456789';

describe('a teacher behind a server', function () {
  this.timeout(patienceMs);
  const keysSent: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    keysSent.push(request.headers.authorization);
    request.resume().once('end', () => {
      const choices = [{ finish_reason: 'stop', message: { content: 'and the ship came after it' } }];
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ model: 'm', choices }));
    });
  });
  let uri: Uri;

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const lines = Array.from({ length: 40 }, (_, n) => `whale ${100 + n} swam on and on, all night.\n`);
    await write('served.txt', lines.join(''));
    const experiment = {
      name: 'Served',
      dataset: { kind: 'language-model', train: 'served.txt', tokenizer: { kind: 'bytes' }, length: 32 },
      teacher: { server: { url, model: 'm', keyFrom: keyName, attempts: 1 } },
      student: { model: { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 8 } },
      strategy: { kind: 'generated', promptLength: 12, samples: 5 },
      training: { epochs: 1 },
    };
    uri = await write('served.distill.json', `${JSON.stringify(experiment, null, 2)}\n`);
    await window.showTextDocument(uri);
  });
  after(() => void server.close());

  it('keeps a key in the secret storage', async () => {
    const asked: unknown[] = [];
    await answering(
      {
        showInputBox: (options: { password?: boolean }) => {
          asked.push(options.password === true);
          return options.password ? ` ${key} ` : keyName;
        },
      },
      () => execute('distillery.setServerKey'),
    );
    assert.deepEqual(asked, [false, true]);
  });

  it('asks before anything is asked of the server, and asks nothing where that is declined', async () => {
    const details: unknown[] = [];
    const shown = await answering(
      { showWarningMessage: (_: string, { detail }: { detail: string }) => void details.push(detail) },
      () => execute('distillery.run', uri),
    );
    assert.match(shown.join(), /answers through a server, which may cost something/);
    assert.match(String(details[0]), new RegExp(`5 requests.*|with the key in ${keyName}`));
    assert.deepEqual(keysSent, []);
    assert.deepEqual(await (await folder()).list({ file: uri.fsPath }), []);
  });

  it('runs with what was agreed to, and the key from the storage, which no file holds', async () => {
    await answering({ showWarningMessage: (_: string, __: unknown, ask: string) => ask }, () =>
      execute('distillery.run', uri),
    );
    const run = await until('the run to be done', async () =>
      (await (await folder()).list({ file: uri.fsPath, states: ['completed', 'failed'] })).at(0),
    );
    assert.equal(run.state, 'completed');
    assert.deepEqual([...new Set(keysSent)], [`Bearer ${key}`]);
    assert.equal(keysSent.length, 5);
    assert.equal(new RunDirectory(run.directory).readRequest().serverRequests, 5);
  });

  it('forgets a key', async () => {
    await answering(
      { showQuickPick: (names: readonly string[]) => names.find((name) => name === keyName) },
      () => execute('distillery.forgetServerKey'),
    );
    const shown = await answering({}, () => execute('distillery.forgetServerKey'));
    assert.match(shown.join(), /No key of a server is kept/);
  });
});
