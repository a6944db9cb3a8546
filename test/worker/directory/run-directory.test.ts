import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import { makeRun, temporaryDirectory } from '../support.ts';

const project = temporaryDirectory();

interface Changeable {
  experiment: { training: { epochs: number } };
  group?: string;
}

/** Changes what experiment.json says, and expects it to be refused. */
async function refused(change: (request: Changeable) => void, message: RegExp): Promise<void> {
  const directory = await makeRun(project, 'changed');
  const request = JSON.parse(readFileSync(directory.requestFile, 'utf8'));
  change(request);
  writeFileSync(directory.requestFile, JSON.stringify(request));
  assert.throws(
    () => directory.readRequest(),
    (error) => error instanceof UserError && message.test(error.message) && error.remedy !== undefined,
  );
}

test('a request comes back as it was written', async () => {
  const directory = await makeRun(project, 'whole');
  const request = directory.readRequest();
  assert.equal(request.name, 'whole');
  assert.equal(request.experiment.strategy.kind, 'response');
  const copy = new RunDirectory(join(project, 'copy'));
  await copy.create(request);
  assert.deepEqual(copy.readRequest(), { ...request, dataDirectory: copy.path });
});

test('a request that says something impossible is refused, the place named', async () => {
  await refused((request) => {
    request.experiment.training.epochs = -1;
  }, /experiment\.training\.epochs/);
  await refused((request) => {
    delete request.group;
  }, /group/);
});

test('a request that is missing or torn is refused', async () => {
  const directory = await makeRun(project, 'torn');
  writeFileSync(directory.requestFile, readFileSync(directory.requestFile).subarray(0, 100));
  assert.throws(() => directory.readRequest(), /experiment\.json is not valid JSON/);
  rmSync(directory.requestFile);
  assert.throws(() => directory.readRequest(), /does not exist/);
});

test('a place that cannot be written gives an error with a remedy', async () => {
  const request = (await makeRun(project, 'model')).readRequest();
  const file = join(project, 'file');
  writeFileSync(file, '');
  await assert.rejects(new RunDirectory(join(file, 'run')).create(request), UserError);
});

test('a run of a project that was moved finds its files in the new place and writes nowhere else', async () => {
  const directory = await makeRun(join(project, 'before'), 'moved');
  const stored = JSON.parse(readFileSync(directory.requestFile, 'utf8'));
  assert.deepEqual(
    [stored.file, stored.directory, stored.dataDirectory],
    ['../few.distill.json', '..', undefined],
  );
  const after = join(project, 'after');
  cpSync(join(project, 'before'), after, { recursive: true });
  const moved = new RunDirectory(join(after, '.distillery', 'runs', 'moved')).readRequest();
  assert.equal(moved.file, join(after, 'few.distill.json'));
  assert.equal(moved.directory, after);
  assert.equal(moved.dataDirectory, join(after, '.distillery'));
});

test('a request of version 0.1.0, with absolute paths, is read at the place where it lies now', async () => {
  const directory = await makeRun(join(project, 'old'), 'absolute');
  const stored = JSON.parse(readFileSync(directory.requestFile, 'utf8'));
  const write = (dataDirectory: string) =>
    writeFileSync(
      directory.requestFile,
      JSON.stringify({
        ...stored,
        file: '/home/me/x/few.distill.json',
        directory: '/home/me/x',
        dataDirectory,
      }),
    );
  write('/home/me/x/.distillery');
  assert.equal(directory.readRequest().file, join(project, 'old', 'few.distill.json'));
  write('/somewhere/else');
  assert.equal(directory.readRequest().file, '/home/me/x/few.distill.json');
  assert.equal(directory.readRequest().dataDirectory, join(project, 'old', '.distillery'));
});
