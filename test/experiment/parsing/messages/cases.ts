import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectures } from '../../../../src/experiment/architectures/all.ts';
import { datasetRecords } from '../../../../src/experiment/datasets/all.ts';
import { edited, fixEdits } from '../../../../src/experiment/editing/edit.ts';
import { parseExperiment } from '../../../../src/experiment/parsing/parse.ts';
import { valueAt } from '../../../../src/experiment/schema/schema-walk.ts';
import { onlyProblem, smallest } from '../../support.ts';

interface Expected {
  readonly title: string;
  readonly changes: Record<string, unknown>;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** The value at the place of the problem after its fix; absent where there is no fix. */
  readonly fixed?: unknown;
}

export const training = (options: object) => ({ training: options });
/** '"mlp", "cnn" or "bert"', of all there are. */
const listed = (names: readonly string[]) =>
  names
    .map((name) => JSON.stringify(name))
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1');
export const everyArchitecture = listed(architectures);
export const everyDataset = listed(Object.keys(datasetRecords));
export const model = (options: object) => ({ student: { model: options } });

/** A test of each: one problem is found, it says this, and its fix mends it. */
export function tellsOf(cases: readonly Expected[]): void {
  for (const { title, changes, code, message, remedy, fixed } of cases)
    test(`message: ${title}`, () => {
      const text = JSON.stringify({ ...smallest, ...changes }, null, 2);
      const problem = onlyProblem(parseExperiment(text).problems);
      assert.deepEqual(
        { code: problem.code, message: problem.message, remedy: problem.remedy, severity: problem.severity },
        { code, message, remedy, severity: 'error' },
      );
      assert.equal('fix' in problem && problem.fix !== undefined, fixed !== undefined);
      if (problem.fix === undefined) return;
      const after: unknown = JSON.parse(edited(text, fixEdits(text, problem.fix)));
      const path = code === 'unknown-key' ? problem.path.slice(0, -1) : problem.path;
      assert.deepEqual(valueAt(after, path), fixed);
      if (title !== 'an unknown variant near a known one')
        assert.deepEqual(parseExperiment(JSON.stringify(after)).problems, []);
    });
}
