import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Uri, workspace } from 'vscode';
import { Database } from '../../../src/runs/database/database.ts';
import { openStore } from '../../../src/runs/store.ts';
import type { RunEvent } from '../../../src/worker/directory/events.ts';
import { otherWindow, removeTemporary, temporary } from './other-windows.ts';
import {
  answering,
  dataDirectory,
  execute,
  folder,
  inRoot,
  patienceMs,
  runIn,
  smallExperiment,
  until,
  write,
} from './support.ts';

const endless = { training: { epochs: 100_000, batchSize: 16 } };

function logged(directory: string): RunEvent[] {
  return readFileSync(join(directory, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('the database of runs', function () {
  this.timeout(patienceMs);

  after(removeTemporary);

  it('is followed by two windows at once, no event lost or doubled', async () => {
    await write('endless.distill.json', smallExperiment('Endless', endless));
    const heard: RunEvent[] = [];
    const heardBefore: RunEvent[] = [];
    const listening = (await folder()).onDidRecord(({ events }) => heardBefore.push(...events));
    const [id] = await execute<string[]>('distillery.run', inRoot('endless.distill.json'));
    await until('progress', async () => (await (await folder()).get(id!))?.progress);
    const second = otherWindow(inRoot('.'));
    second.onDidRecord((news) => news.id === id && heard.push(...news.events));
    await second.refresh();
    await until('news in the second window', () => heard.length > 5);
    await second.close();
    const heardByClosed = heard.length;
    // The window that comes later catches up with what happened while it was closed.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const third = otherWindow(inRoot('.'));
    await third.refresh();
    await until('the third window to follow', async () => (await third.get(id!))?.state === 'running');
    await execute('distillery.stop', id);
    const record = await runIn(id!, ['cancelled']);
    await third.look();
    await third.close();
    const ends = ({ seq }: RunEvent) => seq === logged(record.directory).at(-1)!.seq;
    await until('the first window to hear of the end too', () => heardBefore.some(ends));
    listening.dispose();
    assert.equal(heard.length, heardByClosed, 'a closed window hears nothing');
    const store = await (await folder()).reader();
    const stored = (await store!.events(id!)).map(({ seq }) => seq);
    const written = logged(record.directory).map(({ seq }) => seq);
    assert.deepEqual(stored, written);
    assert.deepEqual(written, [...written.keys()]);
    const own = heardBefore.map(({ seq }) => seq);
    assert.deepEqual(own, written, 'the first window heard each event once, in order');
  });

  it('survives the database: deleted under us, it is made anew from the run directories', async () => {
    const before = (await (await folder()).list()).map(({ id }) => id).sort();
    assert.ok(before.length > 2);
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(dataDirectory(), `distillery.db${suffix}`), { force: true });
    await until('the runs to come back', async () => {
      await (await folder()).refresh();
      return (await (await folder()).list()).length === before.length;
    });
    assert.deepEqual((await (await folder()).list()).map(({ id }) => id).sort(), before);
    assert.ok(
      (await (await folder()).list()).some(({ tags }) => tags.includes('good')),
      'labels come back too',
    );
  });

  it('is read again from the run directories when its database is rebuilt on request', async () => {
    const before = (await (await folder()).list()).map(({ id }) => id).sort();
    const asked = await answering({ showWarningMessage: () => undefined }, () =>
      execute('distillery.rebuildDatabase'),
    );
    assert.equal(asked.length, 1, 'without a yes nothing is done');
    const shown = await answering({ showWarningMessage: () => 'Rebuild' }, () =>
      execute('distillery.rebuildDatabase'),
    );
    assert.ok(
      shown.some((message) => message.includes(`${before.length} runs were read`)),
      shown.join('\n'),
    );
    assert.deepEqual((await (await folder()).list()).map(({ id }) => id).sort(), before);
  });

  it('says when a newer Distillery made the database', async () => {
    const place = temporary();
    mkdirSync(join(place, '.distillery/runs'), { recursive: true });
    const database = await Database.open(join(place, '.distillery/distillery.db'), async (statements) => {
      await statements.run('PRAGMA user_version = 9999');
    });
    await database.close();
    const window = otherWindow(Uri.file(place));
    const told: Error[] = [];
    window.onDidFail((error) => told.push(error));
    assert.deepEqual(await window.list(), []);
    assert.match(told[0]?.message ?? '', /newer/);
    assert.match(window.failure?.message ?? '', /newer/);
    await assert.rejects(window.writer(), /newer/);
    await window.close();
  });

  it('changes nothing in a folder that is not trusted', async () => {
    const place = temporary();
    const data = join(place, '.distillery');
    const store = await openStore(data);
    await store.close();
    const before = readFileSync(join(data, 'distillery.db'));
    const trusted = Object.getOwnPropertyDescriptor(workspace, 'isTrusted')!;
    Object.defineProperty(workspace, 'isTrusted', { configurable: true, get: () => false });
    const window = otherWindow(Uri.file(place));
    try {
      await window.refresh();
      assert.deepEqual(await window.list(), []);
      assert.equal(window.failure, undefined);
      await assert.rejects(
        window.writer().then((writer) => writer.setSetting('some', 'thing')),
        /not changed/,
      );
      assert.deepEqual(readdirSync(data).sort(), ['distillery.db', 'runs']);
      assert.ok(readFileSync(join(data, 'distillery.db')).equals(before));
    } finally {
      Object.defineProperty(workspace, 'isTrusted', trusted);
      await window.close();
    }
  });

  it('says when a folder cannot be written', async () => {
    const window = otherWindow(Uri.file('/proc/1'));
    await assert.rejects(window.writer(), /data directory/);
    await window.close();
  });

  it('makes nothing in a folder without runs', async () => {
    const place = temporary();
    const window = otherWindow(Uri.file(place));
    assert.deepEqual(await window.list(), []);
    await window.refresh();
    await window.close();
    assert.ok(!existsSync(join(place, '.distillery')));
  });
});
