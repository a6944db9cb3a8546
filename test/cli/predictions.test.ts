import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openStore } from '../../src/runs/store.ts';
import { answersTo, mailTable, writeAnswers } from '../answers/kept-run.ts';
import { addRun, request } from '../runs/support.ts';
import { distillery } from './support.ts';

describe('distillery predictions', () => {
  const data = join(mkdtempSync(join(tmpdir(), 'distillery-')), '.distillery');
  let run = '';
  let other = '';
  const show = (...words: string[]) => distillery('predictions', ...words, '--data-dir', data);

  after(() => rmSync(dirname(data), { recursive: true, force: true }));

  before(async () => {
    const folder = dirname(data);
    const store = await openStore(data);
    const dataset = mailTable(folder);
    const { experiment } = request(data);
    run = await addRun(store, 1, 'Mails', { directory: folder, experiment: { ...experiment, dataset } });
    other = await addRun(store, 2, 'Others', { directory: folder, experiment: { ...experiment, dataset } });
    const answers = await answersTo(dataset, folder);
    writeAnswers(store.directoryOf(run), answers);
    await store.close();
  });

  test('teacher and student, with what is lost first and the figures of all', async () => {
    const { code, out, err } = await show(run);
    assert.equal(code, 0, err);
    assert.match(
      out,
      /^8 of 8 test samples\nteacher right in 8 of 8, 100\.00 % \(95 %: 67\.56 % to 100\.00 %\)\nstudent right in 6 of 8/,
    );
    assert.match(out, /both right 6, only teacher 2, only student 0, neither 0; the same answer to 75\.00 %/);
    assert.match(out, /McNemar’s exact test .*p = 0\.5000/);
    assert.match(out, /\n12 +spam +spam 90\.0 % +ham 70\.0 % ✗ +0\.6/);
  });

  test('a filter over answers, text and columns, as CSV with the texts', async () => {
    const filter = 'teacher=right student=wrong offer column.sender:ada';
    const { code, out, err } = await show(run, '--filter', filter, '--samples', '--csv');
    assert.equal(code, 0, err);
    const lines = out.trim().split('\r\n');
    assert.equal(lines.length, 2);
    assert.match(
      lines[0]!,
      /^position,id,label,length,teacher,teacher\.confidence,.*,text,column\.sender,column\.size$/,
    );
    assert.match(
      lines[1]!,
      /^0,12,spam,\d+,spam,0\.89.*,ham,0\.69.*,"Buy now, offer 0!",ada@example\.org,0$/,
    );
  });

  test('JSON has the figures of what the filter leaves, and what is wrong with it is told', async () => {
    const { out } = await show(run, '--json', '--sort', 'position', '--filter', 'label=spam');
    const { models, matched, classes, samples } = JSON.parse(out);
    assert.deepEqual([models, matched, classes.onlyA], [['teacher', 'student'], 3, 2]);
    assert.deepEqual(
      samples.map(({ position }: { position: number }) => position),
      [0, 3, 6],
    );
    const wrong = await show(run, '--filter', 'studnet=wrong');
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /no field “studnet”/);
  });

  test('a run that kept none says so, and two students beside each other bear the names of their runs', async () => {
    const none = await show(other);
    assert.equal(none.code, 2);
    assert.match(none.err, /kept no answers to its test samples/);
    const same = await show(run, '--against', run);
    assert.match(same.out, /^8 of 8 test samples\nstudent right in 6 of 8[^\n]*\n\n/);
    const models = await show(run, '--models', 'student,teacher', '--limit', '1', '--reverse');
    assert.match(models.out, /only student 0, only teacher 2/);
    assert.match(models.out, /7 more; see them with --limit/);
    assert.match((await show(run, '--models', 'peer,student')).err, /no answers of a model “peer”/);
  });
});
