import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decode } from 'fast-png';
import { searchSamples, showSamples } from '../../../src/checks/samples/shown-samples.ts';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { fingerprintOf } from '../../../src/data/sample-fingerprint.ts';
import { type DatasetConfig, datasetSchema } from '../../../src/experiment/schema/schema.ts';
import { mailTable } from '../../answers/kept-run.ts';
import { temporaryDirectory, writeIdxDataset } from '../../data/idx-files.ts';

async function testSet(dataset: DatasetConfig, directory: string) {
  const { samples } = fingerprintOf(await openDataset(dataset, directory));
  return { dataset, directory, student: join(directory, 'student'), samples };
}

test('texts are shown as they stand in their rows, with the other columns, and found by these', async (context) => {
  const folder = temporaryDirectory(context);
  const of = await testSet(mailTable(folder), folder);
  const [first] = await showSamples(of, [3, 99]);
  assert.deepEqual(first, {
    position: 3,
    text: 'Buy now, offer 3!',
    cut: false,
    columns: [
      ['sender', 'bob@example.org'],
      ['size', '300'],
    ],
  });
  const asked = (column: string | null, operator: ':' | '>' | '=', value: string, not = false) => ({
    ...{ column, operator, not },
    values: [value],
  });
  assert.deepEqual(await searchSamples(of, [asked(null, ':', 'OFFER')]), [0, 3, 6]);
  assert.deepEqual(await searchSamples(of, [asked('sender', ':', 'bob'), asked('size', '>', '300')]), [5, 7]);
  assert.deepEqual(
    await searchSamples(of, [asked(null, ':', 'offer', true), asked('size', '=', '100')]),
    [1],
  );
  await assert.rejects(searchSamples(of, [asked('subject', ':', 'x')]), {
    name: 'UserError',
    message: /no column “subject”/,
    remedy: /sender, size/,
  });
});

test('data that has changed or gone is said to be that, and no sample of it is shown', async (context) => {
  const folder = temporaryDirectory(context);
  const of = await testSet(mailTable(folder), folder);
  writeFileSync(join(folder, 'test.jsonl'), '{"body": "another", "kind": "ham"}');
  await assert.rejects(showSamples(of, [0]), {
    name: 'UserError',
    message: /has changed since the models answered/,
  });
  await assert.rejects(showSamples({ ...of, directory: join(folder, 'gone') }, [0]), { name: 'UserError' });
  mailTable(folder);
  assert.equal((await showSamples(of, [0])).length, 1);
});

test('pictures are the bytes of the file, and have no words to be searched', async (context) => {
  const folder = temporaryDirectory(context);
  const dataset = datasetSchema.parse({ ...writeIdxDataset(folder, [0, 1, 0, 1], [1, 0, 1]), validation: 0 });
  const of = await testSet(dataset, folder);
  const [shown] = await showSamples(of, [2]);
  const { width, height, channels, data } = decode(Buffer.from(shown!.picture!.split(',')[1]!, 'base64'));
  assert.deepEqual([width, height, channels, [...data]], [3, 2, 1, [2, 2, 2, 2, 2, 2]]);
  assert.deepEqual([shown!.width, shown!.height, shown!.text], [3, 2, undefined]);
  const words = { column: null, operator: ':' as const, values: ['x'], not: false };
  await assert.rejects(searchSamples(of, [words]), { name: 'UserError', message: /pictures/ });
});
