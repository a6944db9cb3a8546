import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shown } from './window.ts';

const { filterRuns } = await import('../../../extension/commands/view-commands.ts');

test('what nobody types to filter runs is refused where it is typed', async () => {
  let kept: string | undefined;
  const options = {
    current: { text: 'before' },
    change: async ({ text }: { text: string }) => {
      kept = text;
    },
  };
  const told: (string | undefined)[] = [];
  shown.typed = ({ value, validateInput }) => {
    for (const length of [1000, 1001]) told.push(validateInput?.('x'.repeat(length)));
    return `${value} and after `;
  };
  await filterRuns({ options } as never);
  assert.deepEqual(told, [undefined, 'At most 1000 characters.']);
  assert.equal(kept, 'before and after');
});
