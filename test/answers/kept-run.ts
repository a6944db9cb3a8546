import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeAnswers } from '../../src/answers/answers-file.ts';
import type { KeptAnswers } from '../../src/answers/kept-answers.ts';
import { openDataset } from '../../src/data/open-dataset.ts';
import { fingerprintOf } from '../../src/data/sample-fingerprint.ts';
import { type DatasetConfig, datasetSchema } from '../../src/experiment/schema/schema.ts';
import { modelAnswering } from './some-answers.ts';

const rows = Array.from({ length: 12 }, (_, index) => ({
  body: index % 3 === 0 ? `Buy now, offer ${index}` : `See you at ${index}`,
  kind: index % 3 === 0 ? 'spam' : 'ham',
  sender: index % 2 === 0 ? 'ada@example.org' : 'bob@example.org',
  size: index * 100,
}));

/** Mails in a table with further columns, the first of them once more as test set. */
export function mailTable(folder: string): DatasetConfig {
  mkdirSync(folder, { recursive: true });
  const lines = (from: readonly object[]) => from.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(join(folder, 'train.jsonl'), lines(rows));
  writeFileSync(
    join(folder, 'test.jsonl'),
    lines(rows.slice(0, 8).map((row) => ({ ...row, body: `${row.body}!` }))),
  );
  return datasetSchema.parse({
    kind: 'text-classification',
    ...{ train: 'train.jsonl', test: 'test.jsonl', textColumn: 'body', labelColumn: 'kind' },
    tokenizer: { kind: 'bytes' },
  });
}

/** What a teacher and a student answered to the test mails of a table: the student misses spam at positions 0 and 3. */
export async function answersTo(config: DatasetConfig, folder: string): Promise<KeptAnswers> {
  const dataset = await openDataset(config, folder);
  const test = fingerprintOf(dataset);
  const labels = [...test.labels!];
  const sure = (label: number) => (label === 1 ? 0.9 : 0.2);
  return {
    kind: 'classes',
    unit: 'nats',
    classNames: dataset.classNames,
    content: dataset.content,
    compressed: false,
    ...test,
    models: [
      modelAnswering('teacher', labels.map(sure), labels),
      modelAnswering(
        'student',
        labels.map((label, position) => (position === 0 || position === 3 ? 0.3 : sure(label))),
        labels,
      ),
    ],
    missing: [],
  };
}

export const writeAnswers = (directory: string, answers: KeptAnswers) =>
  writeFileSync(join(directory, 'predictions.bin'), encodeAnswers(answers));
