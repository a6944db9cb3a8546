import { taskOfDataset } from '../experiment/datasets/all.ts';
import type { Finding, JsonPath } from '../experiment/parsing/problem.ts';
import { valueAt } from '../experiment/schema/schema-walk.ts';
import { strategyRecord } from '../experiment/schema/strategy-schema.ts';
import { compresses } from '../experiment/strategies/compression.ts';
import type { Check } from './context.ts';
import { unusedOption } from './unused-option.ts';

/** Options that mean nothing where answers are numbers: epochs that would be chosen by what there is not, and what does nothing. */
export const checkTaskOptions: Check = ({ experiment, written }) => {
  const { dataset, training, teacher, strategy } = experiment;
  if (taskOfDataset(dataset.kind).answers !== 'numbers') return [];
  const findings: Finding[] = [];
  const sections: readonly (readonly [JsonPath, typeof training | undefined])[] = [
    [['training'], training],
    [['teacher', 'training'], teacher?.training],
  ];
  for (const [section, options] of sections) {
    if (options?.selectBy === 'accuracy')
      findings.push({
        message: 'Epochs cannot be chosen by accuracy: labels are numbers, of which none is simply right.',
        remedy: 'Leave "selectBy" out, to go by R², or set it to "loss".',
        path: [...section, 'selectBy'],
        severity: 'error',
        code: 'select-by',
        fix: { title: 'Change to "auto"', path: [...section, 'selectBy'], value: 'auto' },
      });
    if (options && options.labelSmoothing > 0)
      findings.push(unusedOption([...section, 'labelSmoothing'], 'numbers are learned as they are'));
  }
  const temperatures = compresses(strategy) ? [] : (strategyRecord(strategy).temperatures?.(strategy) ?? []);
  for (const path of [...temperatures.map((one) => one.path), ['scaleByTemperature']])
    if (valueAt(written, ['strategy', ...path]) !== undefined)
      findings.push(
        unusedOption(
          ['strategy', ...path],
          'no temperature softens numbers; they are compared by the squared error',
        ),
      );
  return findings;
};
