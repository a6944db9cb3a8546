import assert from 'node:assert/strict';
import { test } from 'node:test';
import { experimentIdentity, stableHash } from '../../../src/experiment/parsing/identity.ts';
import { parseExperiment } from '../../../src/experiment/parsing/parse.ts';
import { smallest } from '../support.ts';

const identity = (changes: object, directory = '/a') =>
  experimentIdentity(parseExperiment(JSON.stringify({ ...smallest, ...changes })).experiment!, directory);

test('names, seeds, written defaults and the order of keys make no other experiment', () => {
  const plain = identity({});
  for (const changes of [
    { name: 'other' },
    { description: 'why' },
    { $schema: 'x' },
    { seeds: [1, 2] },
    { training: { epochs: 5 } },
    { training: { batchSize: 32, epochs: 5 } },
    { cacheTeacherSignals: false },
  ])
    assert.equal(identity(changes), plain, JSON.stringify(changes));
  assert.equal(identity({}, '/b'), plain);
});

test('experiments of version 0.1.0 are still known, and new options count where they are not at their defaults', () => {
  assert.equal(identity({}), '884563816f363849');
  assert.equal(identity({ strategy: { kind: 'online' } }), '4f781403903439de');
  assert.equal(identity({ strategy: { kind: 'self' } }), 'a28b8219ec77e8ba');
  const teacher = { model: { architecture: 'mlp', hidden: [9] }, training: { epochs: 2 } };
  assert.equal(identity({ training: { optimizer: 'sgd' }, teacher }), 'cc1f448e8f212b56');
  const selectBy = (section: object) => ({ ...section, selectBy: 'loss' });
  const all = [
    {},
    { training: selectBy({}) },
    { training: { optimizer: 'sgd' } },
    { training: { optimizer: 'sgd', weightDecayKind: 'coupled' } },
    { teacher },
    { teacher: { ...teacher, training: selectBy(teacher.training) } },
    { strategy: { kind: 'online' } },
    { strategy: { kind: 'online', scaleByTemperature: false } },
    { strategy: { kind: 'self', weight: 0.5 } },
    { strategy: { kind: 'feature' } },
    { strategy: { kind: 'feature', weight: 2 } },
  ].map((changes) => identity(changes));
  assert.equal(new Set(all).size, all.length);
});

test('whatever changes a result makes another experiment', () => {
  const all = [
    {},
    { training: { epochs: 6 } },
    { strategy: { kind: 'response' } },
    { strategy: { kind: 'response', alpha: 0.5 } },
    { dataset: { kind: 'mnist', labelledSubset: 100 } },
    { student: { model: { architecture: 'mlp', hidden: [33] } } },
    { device: 'cpu' },
    { teacher: { checkpoint: 't' } },
  ].map((changes) => identity(changes));
  assert.equal(new Set(all).size, all.length);
});

test('relative paths count with the folder they start at', () => {
  assert.notEqual(
    identity({ teacher: { checkpoint: 't' } }, '/a'),
    identity({ teacher: { checkpoint: 't' } }, '/b'),
  );
});

test('a stable hash does not depend on the order of keys, but on that of lists', () => {
  assert.equal(
    stableHash({ a: 1, b: [1, { c: null, d: 'x' }] }),
    stableHash({ b: [1, { d: 'x', c: null }], a: 1 }),
  );
  assert.notEqual(stableHash([1, 2]), stableHash([2, 1]));
  assert.match(stableHash({}), /^[0-9a-f]{16}$/);
});

test('a tokenizer that is left out means words where no checkpoint brings one, as it did in version 0.1.0', () => {
  const of = (tokenizer: object | undefined, more: object = {}) =>
    identity({ dataset: { kind: 'moby-dick', ...(tokenizer && { tokenizer }) }, ...more });
  assert.equal(of(undefined), of({ kind: 'words' }));
  assert.equal(of({ kind: 'auto' }), of({ kind: 'words' }));
  const teacher = { teacher: { checkpoint: 'folder' } };
  assert.notEqual(of(undefined, teacher), of({ kind: 'words' }, teacher));
});
