import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { figureKinds } from '../../src/compare/figures/figure-kinds.ts';
import { type Comparison, compareRuns } from '../../src/compare/figures.ts';
import type { ComparisonData } from '../../webview/protocol/comparison.ts';
import { isHostMessage, isPageMessage, isResult, type PageMessage } from '../../webview/protocol/messages.ts';
import { languageRuns } from '../page/harness/language-runs.ts';
import { curvesOfRun } from '../page/harness/sample-curves.ts';
import { sampleRuns, snapshotOf } from '../page/harness/sample-data.ts';

/** As a message arrives: what JSON lacks is gone. */
const sent = <T>(value: T): unknown => JSON.parse(JSON.stringify(value));

test('what the engine compares is what the page takes', () => {
  const comparison: Comparison = compareRuns(sampleRuns({ count: 15 }));
  // Holds the two type definitions together: this line does not compile when they part.
  const data: ComparisonData = comparison;
  assert.ok(isResult('compare', sent(data)));
  assert.ok(isResult('compare', sent(compareRuns([]))));
});

test('the page takes every figure there is, and misses each that is not there', () => {
  const whole = sent(compareRuns(sampleRuns({ count: 3 }))) as { groups: { figures: object }[] };
  assert.deepEqual(Object.keys(whole.groups[0]!.figures).sort(), figureKinds.map(({ key }) => key).sort());
  for (const { key } of figureKinds) {
    const { [key]: _, ...figures } = whole.groups[0]!.figures as Record<string, unknown>;
    assert.ok(!isResult('compare', { ...whole, groups: [{ ...whole.groups[0]!, figures }] }), key);
  }
});

test('continuations of language models arrive whole, and those of another shape do not', () => {
  const comparison = sent(compareRuns(languageRuns())) as ComparisonData;
  assert.ok(isResult('compare', comparison));
  const [group] = comparison.groups;
  const texts = { seed: 0, continuations: [{ prompt: 'a', reference: 'b', texts: { student: 3 } }] };
  assert.ok(!isResult('compare', { ...comparison, groups: [{ ...group, samples: texts }] }));
});

test('what a machine does arrives with what it does not tell as null', () => {
  const processor = { name: 'CPU', load: 0.5, memoryUsed: 1, memoryTotal: 2, power: null };
  assert.ok(isResult('usage', { processor, gpus: [processor], worker: { cores: null, memory: null } }));
  assert.ok(isResult('usage', null));
  assert.ok(!isResult('usage', { processor, gpus: null, worker: { cores: null, memory: null } }));
});

test('a snapshot and curves arrive whole', () => {
  const runs = sampleRuns({ count: 30, stateOf: (index) => (index % 2 ? 'running' : 'completed') });
  const message = { kind: 'notification', name: 'snapshot', snapshot: snapshotOf(runs) };
  assert.ok(isHostMessage(sent(message)));
  assert.ok(isResult('curves', sent(curvesOfRun(runs[0]!, 100))));
});

test('figures that are not finite arrive as null and pass', () => {
  const [run] = sampleRuns({ count: 1 });
  const { result } = run!;
  const broken = { ...run!, result: { ...result!, student: { ...result!.student, accuracy: Number.NaN } } };
  assert.ok(isHostMessage(sent({ kind: 'notification', name: 'snapshot', snapshot: snapshotOf([broken]) })));
});

test('a curve whose lists differ in length is refused', () => {
  const [curve] = curvesOfRun(sampleRuns({ count: 1 })[0]!, 10);
  assert.ok(!isResult('curves', [{ ...curve, values: curve!.values.slice(1) }]));
});

const commands: PageMessage[] = [
  { kind: 'command', name: 'ready' },
  { kind: 'command', name: 'watch', runs: ['a'] },
  { kind: 'command', name: 'navigated', navigation: { view: 'compare', runs: ['a', 'b'] } },
  { kind: 'command', name: 'remove', runs: [] },
  { kind: 'command', name: 'tag', run: 'a', tags: ['paper'] },
  { kind: 'command', name: 'runChange', run: 'a', edits: [{ path: ['training', 'epochs'], value: 3 }] },
  { kind: 'request', id: 1, method: 'compare', parameters: { runs: ['a'] } },
];

test('commands and requests of the page are known to the host', () => {
  for (const message of commands) assert.ok(isPageMessage(sent(message)), JSON.stringify(message));
});

test('messages of another shape are refused, whatever they are', () => {
  const wrong: unknown[] = [
    null,
    undefined,
    3,
    'ready',
    [],
    {},
    { kind: 'command' },
    { kind: 'command', name: 'toString' },
    { kind: 'command', name: '__proto__' },
    { kind: 'command', name: 'stop', runs: 'all' },
    { kind: 'command', name: 'stop', runs: [1] },
    { kind: 'command', name: 'navigated', navigation: { view: 'run' } },
    { kind: 'request', id: '1', method: 'compare', parameters: { runs: [] } },
    { kind: 'request', id: 1, method: 'constructor', parameters: {} },
  ];
  for (const message of wrong) assert.ok(!isPageMessage(message), JSON.stringify(message));
  fc.assert(
    fc.property(fc.anything(), (message) => {
      assert.equal(isPageMessage(message), false);
      assert.equal(isHostMessage(message), false);
    }),
  );
});

test('a snapshot with one wrong part is refused', () => {
  const snapshot = sent(snapshotOf(sampleRuns({ count: 2 }))) as { runs: Record<string, unknown>[] };
  const keys = Object.keys(snapshot.runs[0]!);
  for (const key of keys) {
    const runs = snapshot.runs.map((row, index) => (index === 1 ? { ...row, [key]: { wrong: true } } : row));
    const message = { kind: 'notification', name: 'snapshot', snapshot: { ...snapshot, runs } };
    // Metrics are a record: an entry of another shape is wrong, and so is this one.
    assert.ok(!isHostMessage(message), key);
  }
});
