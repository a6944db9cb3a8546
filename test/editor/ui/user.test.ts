import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { comparingSteps } from './user/comparing.ts';
import { day, step } from './user/day.ts';
import { firstRunSteps } from './user/first-runs.ts';
import { troubleSteps } from './user/trouble.ts';

/** What a user does in a day, in the packaged extension, through the user interface alone. */

before(() => day.begin());
after(() => day.end());

firstRunSteps();
comparingSteps();
troubleSteps();

step('the trees never told VS Code of rows that it does not know', async () => {
  assert.deepEqual(day.treeErrors, []);
});
