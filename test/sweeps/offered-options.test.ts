import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { optionFindings } from '../../src/checks/sweep/options.ts';
import { parseText } from '../../src/experiment/parsing/parse.ts';
import { sweepSchema } from '../../src/experiment/schema/sweep-schema.ts';
import { offeredOptions } from '../../src/experiment/sweep/offered-options.ts';

const examples = join(import.meta.dirname, '../../examples');

test('each option that completion offers, with the values it writes, is a sound sweep of every example', () => {
  let offered = 0;
  for (const name of readdirSync(examples).filter((one) => one.endsWith('.distill.json'))) {
    const { result, written } = parseText(readFileSync(join(examples, name), 'utf8'));
    for (const { key, values, expected, description } of offeredOptions(written)) {
      const sweep = sweepSchema.parse({ options: { [key]: values }, runs: 10 });
      const experiment = { ...result.experiment!, sweep };
      const context = { experiment, written, directory: examples };
      assert.deepEqual(optionFindings(context, sweep), [], `${name}: ${key} ${JSON.stringify(values)}`);
      assert.ok(expected.length > 0 && description.length > 0, key);
      offered++;
    }
  }
  assert.ok(offered > 500, String(offered));
});
