import assert from 'node:assert/strict';
import { createWriteStream, readFileSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { UserError } from '../../src/base/user-error.ts';
import { decodeSome, spread } from '../../src/checks/partly/some-images.ts';
import { check, temporaryFolder, told, writeFiles } from './support.ts';

const png = readFileSync(join(import.meta.dirname, '../fixtures/images/grey.png'));

test('an image that cannot be decoded is named, though it is not the first', async () => {
  const folder = await temporaryFolder();
  const names = Array.from({ length: 12 }, (_, index) => `${index % 2 === 0 ? 'a' : 'b'}/${index}.png`);
  await writeFiles(folder, Object.fromEntries(names.map((name) => [`images/${name}`, png])));
  const experiment = { dataset: { kind: 'image-folder', train: 'images', validation: 0 } };
  assert.deepEqual(
    told(await check(folder, experiment)).filter(({ severity }) => severity === 'error'),
    [],
  );
  await truncate(join(folder, 'images/b/9.png'), png.length - 20);
  const [problem] = await check(folder, experiment);
  assert.equal(problem?.path.join('.'), 'dataset.train');
  assert.match(problem!.message, /b\/9\.png cannot be decoded/);
});

test('images are looked at all over the folders, and no longer than there is time', async () => {
  const all = Array.from({ length: 100 }, (_, index) => index);
  const order = [...spread(all)];
  assert.deepEqual(
    [...order].sort((one, other) => one - other),
    all,
  );
  assert.ok(Math.abs(order[1]! - order[0]!) > 10);
  assert.deepEqual([...spread([])], []);
  const files = all.map((index) => ({ file: `/nowhere/${index}.png`, label: 0 }));
  await decodeSome(files, () => false, 0);
  await assert.rejects(
    decodeSome(files, () => true, 0),
    (error) => error instanceof UserError && /0\.png does not exist/.test(error.message),
  );
});

test('a row far within a large table is looked at', async () => {
  const folder = await temporaryFolder();
  const table = createWriteStream(join(folder, 'large.jsonl'));
  for (let row = 0; row < 9; row++)
    table.write(
      row === 5
        ? `${JSON.stringify({ text: 7, label: 'a' })}\n`
        : `${JSON.stringify({ text: 'word '.repeat(200_000), label: 'ab'[row % 2] })}\n`,
    );
  await finished(table.end());
  const [problem] = await check(folder, {
    dataset: { kind: 'text-classification', train: 'large.jsonl' },
    student: { model: { architecture: 'bert', layers: 1, hiddenSize: 16, heads: 2 } },
  });
  assert.equal(problem?.path.join('.'), 'dataset.train');
  assert.match(
    problem!.message,
    /There is no text in column "text", line 6 of .*large\.jsonl: a number instead/,
  );
});
