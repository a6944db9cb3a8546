import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProcessStat } from '../../src/base/process-stat.ts';

const after = 'S 1 7 7 0 -1 4194560 100 0 0 0 1234 66 0 0 20 0 11 0 98765 1000 200';

test('what Linux tells of a process is read whatever its program is called', () => {
  for (const name of ['node', 'a b', 'a) S 9 (b', ')', '']) {
    const stat = parseProcessStat(`7 (${name}) ${after}`);
    assert.deepEqual(stat, { dead: false, seconds: 13, start: '98765' }, name);
  }
});

test('a process that has ended is dead though its parent has not heard of it', () => {
  for (const [state, dead] of [
    ['Z', true],
    ['X', true],
    ['R', false],
    ['D', false],
  ] as const)
    assert.equal(parseProcessStat(`7 (node) ${after.replace('S', state)}`).dead, dead, state);
});
