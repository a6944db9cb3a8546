import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someRun } from '../../compare/some-runs.ts';
import { comparisons } from './support.ts';

test('the doubts of a run reach the thread that compares', async (context) => {
  const doubts = [{ kind: 'tokenizer', message: 'The teacher was trained with another tokenizer.' }];
  const compared = comparisons(context);
  const runs = [someRun({ doubts })];
  const { groups } = await compared.compare(runs);
  assert.deepEqual(groups[0]!.doubts, doubts);
  assert.match(await compared.report(runs, 'csv'), /trained with another tokenizer/);
});
