import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { namedIn } from '../../../src/checks/data/named-in.ts';
import type { Named } from '../../../src/data/datasets/dataset-reader.ts';

const folder = join(import.meta.dirname, 'nowhere');
const at = (place?: string) => new UserError('It is wrong.', { place: place && join(folder, place) });

test('a mistake is marked at the innermost path that holds it', () => {
  const within: readonly [Named, ...Named[]] = [
    { option: ['train'], written: 'data/train' },
    { option: ['test'], written: 'data' },
  ];
  const option = (place?: string) => namedIn(at(place), within, folder).option[0];
  assert.equal(option('data/train/cat/1.png'), 'train');
  assert.equal(option('data/train'), 'train');
  assert.equal(option('data/dog/2.png'), 'test');
  assert.equal(option('elsewhere'), 'train');
  assert.equal(option(), 'train');
  assert.equal(namedIn(new Error('no place'), within, folder).option[0], 'train');
});

test('a path that begins like another is not taken for it', () => {
  const alike: readonly [Named, ...Named[]] = [
    { option: ['train'], written: 'texts.csv' },
    { option: ['test'], written: 'texts' },
  ];
  const option = (place: string) => namedIn(at(place), alike, folder).option[0];
  assert.equal(option('texts.csv'), 'train');
  assert.equal(option('texts/a.txt'), 'test');
});
