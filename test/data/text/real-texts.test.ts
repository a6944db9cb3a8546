import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { batches, inOrder } from '../../../src/data/batches.ts';
import type { Split } from '../../../src/data/dataset.ts';
import { subjectAndText } from '../../../src/data/datasets/spam-assassin.ts';
import { open } from './dataset-folder.ts';

describe('real texts', () => {
  test('of a mail only subject and text are seen', () => {
    const mail =
      'From a@b Thu Aug 22\nReceived: from x\n\tby y; subject: no\nSubject: Two\n\tlines\nX-Spam: yes\n\nBody\n\nSubject: z\n';
    assert.equal(subjectAndText(mail), 'Two lines\nBody\n\nSubject: z\n');
    assert.equal(subjectAndText('From a\n\nNo subject'), '\nNo subject');
  });

  test('SpamAssassin: 6,046 mails, 1,896 of them spam', async () => {
    const dataset = await open({ kind: 'spam-assassin', maxLength: 256, tokenizer: { kind: 'bytes' } });
    assert.deepEqual(dataset.classNames, ['ham', 'spam']);
    const splits = [dataset.train, dataset.validation, dataset.test];
    assert.equal(
      splits.reduce((sum, split) => sum + split.size, 0),
      6046,
    );
    let spam = 0;
    for (const split of splits)
      for (const { labels, weights } of batches(split, inOrder(split), 500))
        labels.data.forEach((label, row) => {
          spam += weights.data[row]! * label;
        });
    assert.equal(spam, 1896);
    // Mails that the corpus holds several times are all on one side, as a model sees them.
    const mails = (split: Split) =>
      Array.from({ length: split.size }, (_, at) => split.batch(Int32Array.of(at), 1).input.ids!.data.join());
    const learned = new Set(mails(dataset.train));
    assert.deepEqual(
      [...mails(dataset.validation), ...mails(dataset.test)].filter((mail) => learned.has(mail)),
      [],
    );
    assert.deepEqual(dataset.remarks, []);
  });

  test('Moby Dick begins with the etymology and ends with the epilogue', async () => {
    const dataset = await open({ kind: 'moby-dick', tokenizer: { kind: 'bytes' }, length: 256 });
    const text = (split: Split, position: number) =>
      dataset.tokenizer!.decode(Array.from(split.batch(Int32Array.of(position), 1).input.ids!.data));
    assert.match(text(dataset.train, 0), /^ETYMOLOGY/);
    assert.match(text(dataset.test, dataset.test.size - 1), /orphan/);
    const samples = dataset.train.size + dataset.validation.size + dataset.test.size;
    assert.ok(samples * 256 > 1_200_000);
  });
});
