import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { resolvePath } from '../../../src/experiment/parsing/resolve-path.ts';
import { loadExperiment, smallest } from '../support.ts';

const folder = await mkdtemp(join(tmpdir(), 'distillery-load-'));
after(() => rm(folder, { recursive: true }));

async function failure(file: string): Promise<UserError> {
  try {
    await loadExperiment(file);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error;
  }
  throw new Error('it was loaded');
}

/** Root may read all, so it is somebody else meanwhile. */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  const nobody = 65534;
  process.seteuid!(nobody);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

const write = async (name: string, content: string | Uint8Array) => {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
};

test('an experiment is loaded with its absolute file, folder and text', async () => {
  const text = `// note\n${JSON.stringify(smallest)}`;
  const file = await write('good.distill.json', text);
  const loaded = await loadExperiment(relative(process.cwd(), file));
  assert.deepEqual([loaded.file, loaded.directory, loaded.text], [file, folder, text]);
  assert.equal(loaded.experiment.name, 'x');
});

test('a wrong path, a folder, and a path through a file are told apart', async () => {
  const missing = await failure(join(folder, 'none.distill.json'));
  assert.equal(missing.message, 'There is no experiment file here.');
  assert.equal(missing.place, join(folder, 'none.distill.json'));
  assert.equal(missing.remedy, 'Check the path; experiment files end in .distill.json.');
  await mkdir(join(folder, 'sub'));
  assert.equal((await failure(join(folder, 'sub'))).message, 'This is a folder, not an experiment file.');
  const file = await write('plain', '{}');
  assert.equal((await failure(join(file, 'x'))).message, 'There is no experiment file here.');
});

test('a file that may not be read is named', async () => {
  const file = await write('secret.distill.json', '{}');
  await chmod(file, 0);
  const { message } = await withoutRights(() => failure(file));
  assert.equal(message, 'The experiment file may not be read.');
});

test('what is not text, or too long, is refused', async () => {
  const binary = await write('binary.distill.json', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d));
  assert.equal((await failure(binary)).message, 'The file is not text in UTF-8.');
  const long = await write('long.distill.json', ' '.repeat(1024 * 1024 + 1));
  assert.equal((await failure(long)).message, 'The file is 2 MiB long, too long for an experiment.');
});

test('a single problem is the error itself, with place and remedy', async () => {
  const file = await write('one.distill.json', JSON.stringify({ ...smallest, device: 'gpu' }, null, 2));
  const error = await failure(file);
  assert.equal(error.message, 'device must be "auto", "cpu", "webgpu" or "cuda", but is the text "gpu".');
  assert.equal(error.remedy, 'Did you mean "cuda"?');
  assert.match(error.place!, /one\.distill\.json:17:13$/);
});

test('several problems are listed with their places', async () => {
  const file = await write('two.distill.json', JSON.stringify({ ...smallest, device: 1, seeds: [] }));
  const error = await failure(file);
  assert.match(
    error.message,
    /^The experiment has 2 problems:\n {2}1:\d+ {2}device must be .*\n {2}1:\d+ {2}seeds must/,
  );
  assert.match(error.remedy!, /distillery check/);
});

test('paths start at the folder of the file; "~" is a name like any other', () => {
  assert.equal(resolvePath('/a/b', '../c'), '/a/c');
  assert.equal(resolvePath('/a/b', '/c'), '/c');
  assert.equal(resolvePath('/a/b', '~/c'), '/a/b/~/c');
});
