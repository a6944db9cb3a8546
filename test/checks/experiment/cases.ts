import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, datasetFolder, told } from '../support.ts';

export const mlp = (...hidden: number[]) => ({ architecture: 'mlp', hidden });
export const cnn = (...channels: number[]) => ({ architecture: 'cnn', channels });
export const teacher = { model: mlp(8, 8) };
export const decoder = { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2 };

export interface Case {
  readonly title: string;
  readonly changes?: Record<string, unknown>;
  readonly options?: Record<string, unknown>;
  readonly expected: readonly [
    severity: 'error' | 'warning',
    code: string,
    path: string,
    message: string,
    remedy: string,
  ];
  /** Value of the fix; 'removed' where it removes. */
  readonly fix?: unknown;
}

const folder = await datasetFolder();

/** A test of each: one problem is found, and it says this. */
export function tellsOf(cases: readonly Case[]): void {
  for (const { title, changes, options, expected, fix } of cases)
    test(`check: ${title}`, async () => {
      const problems = await check(folder, changes, options);
      const [severity, code, path, message, remedy] = expected;
      assert.deepEqual(told(problems), [{ severity, code, path, message, remedy }]);
      const found = problems[0]!.fix;
      if (fix === 'removed') assert.ok(found && 'remove' in found);
      else assert.deepEqual(found && 'value' in found ? found.value : undefined, fix);
    });
}
