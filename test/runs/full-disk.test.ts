import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { removeRun } from '../../src/runs/directory/remove.ts';
import { Supervisor } from '../../src/runs/queue/supervisor.ts';
import { openStore } from '../../src/runs/store.ts';
import { experimentFile, startDistillery } from '../cli/support.ts';
import { noSmallDisk } from '../machine/lacks.ts';
import { program } from '../program.ts';
import { addRun, temporaryDirectory, temporaryStore } from './support.ts';

const limit = { timeout: 600_000 };

/** A file system of three megabytes; undefined, with the test skipped, where none can be made. */
function smallDisk(t: TestContext): string | undefined {
  const disk = mkdtempSync(join(tmpdir(), 'distillery-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    t.skip(noSmallDisk);
    return undefined;
  }
  t.after(() => execFileSync('umount', ['-l', disk]));
  return disk;
}

/** Fills the disk up to its last block. */
function fill(disk: string, name = 'fill'): void {
  const file = join(disk, name);
  writeFileSync(file, '');
  for (let blocks = statfsSync(disk).bfree; blocks > 0; blocks--)
    try {
      writeFileSync(file, Buffer.alloc(4096 * blocks, 1));
      break;
    } catch {
      truncateSync(file, 0);
    }
}

function cli(...words: string[]) {
  const [node, ...first] = program('test/cli/fake-cli.ts');
  return spawnSync(node, [...first, ...words], { encoding: 'utf8' });
}

test('runs on a full disk can be looked at and removed, which makes room', limit, async (t) => {
  const disk = smallDisk(t);
  if (!disk) return;
  const dataDirectory = join(disk, '.distillery');
  const store = await openStore(dataDirectory);
  const [one, other] = [await addRun(store, 0), await addRun(store, 1)];
  for (const id of [one, other]) {
    await store.transaction((database) =>
      database.run("UPDATE runs SET state = 'failed' WHERE id = ?", [id]),
    );
    mkdirSync(join(store.directoryOf(id), 'checkpoints'));
    writeFileSync(join(store.directoryOf(id), 'checkpoints', 'last'), Buffer.alloc(400_000, 1));
  }
  await store.close();
  fill(disk);
  const looked = cli('runs', '--data-dir', dataDirectory);
  assert.equal(looked.status, 0, looked.stderr);
  assert.ok(looked.stdout.includes(one), looked.stdout);
  const removed = cli('remove', one, '--data-dir', dataDirectory);
  assert.equal(removed.status, 0, removed.stderr);
  assert.equal(existsSync(join(dataDirectory, 'runs', one)), false);
  const after = await openStore(dataDirectory);
  t.after(() => after.close());
  await new Supervisor(after).refresh();
  assert.deepEqual(await after.ids(), [other]);
  assert.deepEqual(readdirSync(join(dataDirectory, 'runs')), [other]);
});

test('a deletion that was broken off is finished by whoever comes next', limit, async (t) => {
  const store = await temporaryStore(t);
  const [broken, whole] = [await addRun(store, 0), await addRun(store, 1)];
  const runs = join(store.dataDirectory, 'runs');
  execFileSync('mv', [join(runs, broken), join(runs, `.removed-${broken}`)]);
  await new Supervisor(store).refresh();
  assert.deepEqual(await store.ids(), [whole]);
  assert.deepEqual(readdirSync(runs), [whole]);
  await removeRun(store, whole);
  assert.deepEqual(readdirSync(runs), []);
});

test('a run that gives back hardly any room can be removed from a full disk too', limit, async (t) => {
  const disk = smallDisk(t);
  if (!disk) return;
  const dataDirectory = join(disk, '.distillery');
  const store = await openStore(dataDirectory);
  const id = await addRun(store);
  await store.transaction((database) => database.run("UPDATE runs SET state = 'failed' WHERE id = ?", [id]));
  await store.close();
  fill(disk);
  const removed = cli('remove', id, '--data-dir', dataDirectory);
  assert.equal(removed.status, 0, removed.stderr);
  assert.match(removed.stdout, new RegExp(`${id} is removed`));
  assert.equal(existsSync(join(dataDirectory, 'runs', id)), false);
  rmSync(join(disk, 'fill'));
  const { status, stdout } = cli('runs', '--json', '--data-dir', dataDirectory);
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout), []);
});

test(
  'a run whose worker dies of a full disk does not hold up its command, and can be looked at',
  limit,
  async (t) => {
    const disk = smallDisk(t);
    if (!disk) return;
    const directory = await temporaryDirectory(t);
    const dataDirectory = join(disk, '.distillery');
    const heldBy = join(directory, 'held');
    writeFileSync(heldBy, '');
    // Each step writes a file too, which has no last words.
    const file = await experimentFile(directory, { steps: 100_000, stepMs: 1, heldBy });
    const { closed, written } = startDistillery(['run', file, '--json', '--data-dir', dataDirectory]);
    while (!written.out.includes('"step":3')) await new Promise((resolve) => setTimeout(resolve, 20));
    fill(disk);
    rmSync(heldBy);
    // Whatever room is given back is taken by somebody else: not even a lock can be written.
    let fills = 0;
    const taker = setInterval(() => fill(disk, `fill-${fills++}`), 20);
    t.after(() => clearInterval(taker));
    const [code] = await closed;
    clearInterval(taker);
    assert.equal(code, 2, written.err);
    assert.match(written.err, /full/);
    const left = readdirSync(join(dataDirectory, 'runs'), { recursive: true }).map(String);
    assert.deepEqual(
      left.filter((name) => /lock\./.test(name)),
      [],
    );
    const looked = cli('runs', '--data-dir', dataDirectory);
    assert.equal(looked.status, 0, looked.stderr);
    assert.match(looked.stdout, /Planned/);
  },
);
