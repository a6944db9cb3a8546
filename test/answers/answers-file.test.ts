import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { answersFileName, decodeAnswers, encodeAnswers } from '../../src/answers/answers-file.ts';
import { AnswerGatherer, classesToKeep, inOrderOf } from '../../src/answers/kept-answers.ts';
import { readAnswers } from '../../src/answers/read-answers.ts';
import { mails, modelAnswering, stories } from './some-answers.ts';

const decoded = (bytes: Buffer) => decodeAnswers(bytes, 'predictions.bin');
/** The file with something in it changed, and a checksum that fits. */
const changed = (bytes: Buffer, change: (bytes: Buffer) => void): Buffer => {
  const copy = Buffer.from(bytes);
  change(copy);
  const end = copy.length - 32;
  createHash('sha256').update(copy.subarray(0, end)).digest().copy(copy, end);
  return copy;
};

test('what was kept is read as it was, the answers that are none too', () => {
  const labels = [...mails.labels!];
  const broken = {
    ...mails,
    models: [modelAnswering('student', [0.1, Number.NaN, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], labels)],
  };
  const missing = [{ name: 'teacher', why: 'it reads other tokens' }];
  for (const kept of [mails, stories, { ...broken, missing }])
    assert.deepEqual(decoded(encodeAnswers(kept)), kept);
  assert.deepEqual(encodeAnswers(mails), encodeAnswers(mails));
});

test('a file that is cut off, changed, or says what cannot be is refused in words', () => {
  const bytes = encodeAnswers(mails);
  const refused = (file: Buffer, why: RegExp) =>
    assert.throws(
      () => decoded(file),
      (error: Error) => error.name === 'UserError' && why.test(error.message),
    );
  for (let length = 0; length < bytes.length; length += 7) refused(bytes.subarray(0, length), /is damaged/);
  for (let at = 20; at < bytes.length; at += 11) {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 1;
    refused(copy, /checksum/);
  }
  refused(
    changed(bytes, (copy) => copy.writeUInt32LE(2, 8)),
    /another version of Distillery \(format 2\)/,
  );
  refused(
    changed(bytes, (copy) => copy.writeUInt32LE(0xffffffff, 12)),
    /header is cut off/,
  );
  const header = (from: string, to: string) =>
    changed(bytes, (copy) => {
      assert.equal(from.length, to.length);
      copy.write(to, copy.indexOf(from));
    });
  refused(header('"count":8', '"count":9'), /not as long/);
  refused(header('"ham","spam"', '"ham_,_spam"'), /a label that is no class|names the class/);
  refused(header('"kind"', '"kino"'), /does not say what it should/);
  refused(header('"length":16', '"length":96'), /cut off|not as long/);
});

test('the answers of a run directory are read once, and a link is not followed', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'distillery-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  assert.equal(await readAnswers(folder), undefined);
  const file = join(folder, answersFileName);
  writeFileSync(file, encodeAnswers(mails));
  const first = await readAnswers(folder);
  assert.equal(await readAnswers(folder), first);
  writeFileSync(file, encodeAnswers(stories));
  assert.equal((await readAnswers(folder))!.kind, 'losses');
  rmSync(file);
  writeFileSync(join(folder, 'elsewhere'), encodeAnswers(mails));
  symlinkSync(join(folder, 'elsewhere'), file);
  await assert.rejects(readAnswers(folder), { name: 'UserError' });
});

test('of an answer the most probable classes are kept, in order, and fewer of more samples', () => {
  const gatherer = new AnswerGatherer(3);
  const logits = Float32Array.of(1, 3, 2, 3, -1);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - 3), 0);
  gatherer.add(7, logits, 0.5, 3, sum);
  gatherer.addLoss(5, Number.NaN);
  const { classes, probabilities, ...rest } = gatherer.answers;
  assert.deepEqual([...classes], [1, 3, 2, -1, -1, -1]);
  assert.ok(Math.abs(probabilities[0]! - 1 / sum) < 1e-7 && Number.isNaN(probabilities[3]));
  assert.deepEqual([rest.ids, rest.losses], [Int32Array.of(7, 5), Float32Array.of(0.5, Number.NaN)]);
  const ordered = inOrderOf(gatherer.answers, Int32Array.of(5, 7))!;
  assert.deepEqual([...ordered.classes], [-1, -1, -1, 1, 3, 2]);
  assert.equal(inOrderOf(gatherer.answers, Int32Array.of(5, 8)), undefined);
  assert.deepEqual(
    [classesToKeep(2, 100), classesToKeep(1000, 10_000), classesToKeep(1000, 1_500_000)],
    [2, 10, 2],
  );
});
