import assert from 'node:assert/strict';
import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Quality } from '../../src/training/evaluation/quality.ts';
import { rememberedQuality } from '../../src/training/evaluation/remembered-quality.ts';
import { lacks } from '../machine/lacks.ts';
import { temporaryDirectory } from './support.ts';

const quality: Quality = {
  accuracy: 0.5,
  loss: 1,
  predictions: [1, 0],
  unanswered: 0,
  calibrationError: 0,
  reliability: [],
};

test('a link in the place of remembered answers is neither read nor written through', {
  skip: process.platform === 'win32' && lacks('the right to make links'),
}, async () => {
  const folder = temporaryDirectory();
  const theirs = join(folder, 'theirs.json');
  const text = JSON.stringify({ ...quality, accuracy: 1 });
  writeFileSync(theirs, text);
  const file = join(folder, 'answers.json');
  symlinkSync(theirs, file);
  assert.equal((await rememberedQuality(file, async () => quality)).accuracy, 0.5);
  assert.equal(readFileSync(theirs, 'utf8'), text);
  assert.ok(lstatSync(file).isFile());
  const again = () => Promise.reject(new Error('It is remembered.'));
  assert.equal((await rememberedQuality(file, again)).accuracy, 0.5);
});
