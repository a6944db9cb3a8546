import { taskOfDataset } from '../experiment/datasets/all.ts';
import type { Finding, JsonPath } from '../experiment/parsing/problem.ts';
import { unknownClass } from '../experiment/tasks/class-weights.ts';
import type { Check } from './context.ts';
import { classNamesOf } from './models/class-names.ts';

/** Whether classes that are weighed are there, and what is learned is classes. */
export const checkClassWeights: Check = async (context) => {
  const { dataset, training, teacher } = context.experiment;
  const findings: Finding[] = [];
  const sections: readonly (readonly [JsonPath, typeof training | undefined])[] = [
    [['training'], training],
    [['teacher', 'training'], teacher?.training],
  ];
  const { answers, samples } = taskOfDataset(dataset.kind);
  for (const [section, options] of sections) {
    if (!options || options.classWeights === null) continue;
    const path = [...section, 'classWeights'];
    const error = (message: string, remedy: string, at: JsonPath = path): Finding => ({
      ...{ message, remedy, path: at, severity: 'error', code: 'class-weights' },
    });
    if (answers !== 'classes')
      findings.push(
        error(
          `Class weights are for samples of one class each, and the dataset has ${samples}.`,
          'Remove "classWeights".',
        ),
      );
    else if (options.labelSmoothing > 0)
      findings.push(
        error(
          'Smoothed labels are of all classes at once, so that no class’s weight is theirs.',
          'Remove "classWeights", or "labelSmoothing".',
        ),
      );
    else if (options.classWeights !== 'balanced') {
      const names = await classNamesOf(context);
      const unknown = names && unknownClass(options.classWeights, names);
      if (unknown) findings.push(error(unknown.message, unknown.remedy, [...path, unknown.name]));
    }
  }
  return findings;
};
