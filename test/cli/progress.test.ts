import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { BarView } from '../../src/cli/progress/bar-view.ts';
import { LineView } from '../../src/cli/progress/line-view.ts';
import { progressView } from '../../src/cli/progress/progress-view.ts';
import { rateText } from '../../src/cli/progress/wording.ts';
import { wantsColor } from '../../src/cli/terminal.ts';
import { addRun, metric, numbered, result, started, temporaryStore } from '../runs/support.ts';
import { memoryTerminal } from './support.ts';

const progress = (done: number) =>
  ({ type: 'progress', phase: 'train', done, total: 200, unit: 'steps', rate: 10 }) as const;

test('NO_COLOR and dumb terminals get no colours, FORCE_COLOR gets them without a terminal', () => {
  assert.equal(wantsColor(true, {}), true);
  assert.equal(wantsColor(false, {}), false);
  assert.equal(wantsColor(true, { NO_COLOR: '1' }), false);
  assert.equal(wantsColor(true, { NO_COLOR: '1', FORCE_COLOR: '1' }), false);
  assert.equal(wantsColor(true, { NO_COLOR: '' }), true);
  assert.equal(wantsColor(false, { FORCE_COLOR: '1' }), true);
  assert.equal(wantsColor(false, { FORCE_COLOR: '0' }), false);
  assert.equal(wantsColor(true, { TERM: 'dumb' }), false);
});

test('rate and remaining time come from the events', () => {
  assert.equal(rateText(progress(50)), '10.0 steps/s · 15 s left');
  assert.equal(rateText({ ...progress(50), rate: null }), '');
  assert.equal(rateText(progress(200)), '10.0 steps/s');
});

test('plain lines say each phase once, each epoch, and progress every ten seconds', async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store, 3);
  const { terminal, written } = memoryTerminal();
  const view = new LineView(terminal);
  view.begin(await store.list());
  view.events(
    id,
    numbered([
      started,
      { type: 'phase', phase: 'train' },
      ...Array.from({ length: 25 }, (_, index) => progress(index * 8)),
      metric(10, { 'validation.accuracy': 0.5, 'validation.loss': 1.25 }),
      { type: 'warning', message: 'Careful.' },
      result(0.9),
      { type: 'completed' },
    ]),
  );
  const lines = written.err.trimEnd().split('\n');
  for (const line of lines) assert.ok(line.startsWith('[Two by two · seed 3] '), line);
  assert.deepEqual(
    lines.slice(1).map((line) => line.slice('[Two by two · seed 3] '.length)),
    [
      'started on CPU',
      'training …',
      'training 36 % · 10.0 steps/s · 13 s left',
      'training 76 % · 10.0 steps/s · 4.8 s left',
      'epoch 1 · validation accuracy 50.00 % · validation loss 1.25',
      'warning: Careful.',
      'accuracy 90.00 % · teacher 98.00 % · 400 B · 10.0× smaller',
      'completed',
    ],
  );
});

test('bars move for several runs at once, leave a line for each that is over, and give the cursor back', async (t) => {
  const store = await temporaryStore(t);
  const [one, two] = [await addRun(store, 1), await addRun(store, 2)];
  const drawn = new PassThrough();
  Object.assign(drawn, { isTTY: true, columns: 100, rows: 30 });
  let text = '';
  drawn.on('data', (chunk) => {
    text += chunk;
  });
  const { terminal, written } = memoryTerminal();
  const view = progressView({ ...terminal, stream: drawn, errIsTerminal: true }, { json: false });
  assert.ok(view instanceof BarView);
  t.after(() => view.close());
  view.begin(await store.list());
  view.events(one, numbered([started, progress(100)]));
  view.events(two, numbered([started, progress(20)]));
  // Bars are drawn by a clock.
  while (!text.includes('10 s left') || !text.includes(' 10 % ')) await pause(20);
  assert.match(text, /Two by two · seed 1 {2}█{12}░{12} {2}50 % {2}training · 10\.0 steps\/s · 10 s left/);
  assert.match(text, /Two by two · seed 2 {2}█{2}░{22} {2}10 % /);
  view.events(one, numbered([result(0.9), { type: 'completed' }], 2));
  view.events(two, numbered([{ type: 'failed', message: 'Wrong.', remedy: 'Mend.', userError: true }], 2));
  view.end(await store.list());
  assert.match(text, /Two by two · seed 1 {2}completed · accuracy 90\.00 %/);
  assert.match(text, /Two by two · seed 2 {2}failed: Wrong\. Mend\./);
  assert.ok(text.lastIndexOf('\u001b[?25h') > text.lastIndexOf('\u001b[?25l'), 'the cursor is shown again');
  assert.match(written.err, /Queued/);
});
