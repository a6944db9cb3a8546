import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  filterOf,
  firstLook,
  firstSides,
  type NamedSource,
  nameOfSide,
  runNames,
  sortings,
} from '../../webview/answers/choices.ts';
import { FetchedRows, pageSize } from '../../webview/answers/fetched.ts';
import { isPageMessage, isResult } from '../../webview/protocol/messages.ts';
import { SampleAnswers } from '../page/harness/sample-answers.ts';

const named = (run: string, models: readonly string[], more = {}): NamedSource => ({
  run,
  name: `Run ${run}`,
  source: {
    ...{ models, missing: [], classNames: ['ham', 'spam'], kind: 'classes', unit: 'nats', total: 8 },
    ...{ texts: true, compressed: false, ...more },
  },
});

test('teacher and student are side by side at first, then the students of two runs, and one alone', () => {
  const [one, other, alone] = [
    named('1', ['student', 'teacher']),
    named('2', ['student']),
    named('3', ['student']),
  ];
  assert.deepEqual(
    firstSides([one!])!.map(({ model }) => model),
    ['teacher', 'student'],
  );
  assert.deepEqual(firstSides([one!, other!]), [
    { run: '1', model: 'student' },
    { run: '2', model: 'student' },
  ]);
  assert.deepEqual(
    firstSides([alone!])!.map(({ model }) => model),
    ['student', 'student'],
  );
  assert.equal(firstSides([]), undefined);
  const quantized = named('4', ['student', 'teacher'], { compressed: true });
  assert.equal(nameOfSide({ run: '4', model: 'teacher' }, [quantized]), 'original');
  assert.equal(nameOfSide({ run: '1', model: 'student' }, [quantized, one!]), 'Run 1');
  assert.equal(nameOfSide({ run: '4', model: 'teacher' }, [quantized, one!]), 'Run 4, original');
});

test('runs of one name bear their seeds, and those of one seed their ids', () => {
  const row = (id: string, name: string, seed: number) => ({ id, name, seed });
  const names = runNames([
    row('a', 'x', 1),
    row('b', 'x', 2),
    row('c', 'y', 1),
    row('d', 'z', 1),
    row('e', 'z', 1),
  ]);
  assert.deepEqual([...names.values()], ['x, seed 1', 'x, seed 2', 'y', 'z (d)', 'z (e)']);
});

test('the fields above the list make one filter, and orders are those that there is something for', () => {
  assert.equal(filterOf(firstLook), '');
  const look = { ...firstLook, show: 'a=right b=wrong', label: 'not spam', filter: ' length<9 ' };
  assert.equal(filterOf(look), 'a=right b=wrong label="not spam" length<9');
  const keys = (source: NamedSource['source']) => sortings('a', 'b', source).map(({ value }) => value);
  assert.ok(keys(named('1', []).source).includes('short'));
  assert.deepEqual(keys(named('1', [], { kind: 'losses' }).source), [
    'lost',
    'gained',
    'a.loss',
    'b.loss',
    'position',
  ]);
});

test('pages of rows are asked for once as they are seen, and again after a failure', async () => {
  const sample = new SampleAnswers('mails', 250);
  const question = {
    ...{ a: { run: 'r', model: 'teacher' }, b: { run: 'r', model: 'student' } },
    ...({ filter: '', sort: 'position', descending: false } as const),
  };
  const first = sample.ask({ ...question, offset: 0, count: pageSize });
  const asked: number[] = [];
  let fails = true;
  let came = 0;
  const rows = new FetchedRows(
    question,
    first.rows,
    async (one) => {
      asked.push(one.offset);
      if (fails) throw new Error('lost');
      return sample.ask(one).rows;
    },
    () => {
      came++;
    },
  );
  rows.want(0, 120);
  rows.want(90, 130);
  await new Promise((next) => setImmediate(next));
  assert.deepEqual([asked, rows.at(100)], [[100], undefined]);
  fails = false;
  rows.want(90, 130);
  await new Promise((next) => setImmediate(next));
  assert.deepEqual([asked, came, rows.at(129)!.position, rows.at(3)!.position], [[100, 100], 1, 129, 3]);
});

test('answers, their sources and samples arrive as the protocol has them, and no picture but a PNG', () => {
  const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  const sample = new SampleAnswers('mails', 30);
  const asked = {
    ...{ a: { run: 'r', model: 'teacher' }, b: { run: 'r', model: 'student' } },
    ...({ filter: '', sort: 'lost', descending: true, offset: 0, count: 10 } as const),
  };
  assert.ok(isResult('answers', sent(sample.ask(asked))) && isResult('answers', null));
  assert.ok(isResult('answerSources', sent(sample.sources(['r']))));
  assert.ok(isResult('samples', sent(sample.samples([0, 1]))) && isResult('samples', null));
  const picture = (url: string) => isResult('samples', [{ position: 0, picture: url }]);
  assert.ok(picture('data:image/png;base64,AAAA'));
  for (const url of [
    'https://example.org/x.png',
    'data:image/svg+xml,<svg/>',
    'data:image/png;base64,A" onerror="x',
  ])
    assert.ok(!picture(url), url);
  const request = (parameters: object) =>
    isPageMessage(sent({ kind: 'request', id: 1, method: 'answers', parameters }));
  assert.ok(request(asked) && !request({ ...asked, sort: 'name' }) && !request({ ...asked, a: 'r' }));
});
