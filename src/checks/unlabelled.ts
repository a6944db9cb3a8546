import { unlabelledPerEpoch } from '../data/unlabelled.ts';
import { unlabelledOf } from '../experiment/datasets/unlabelled.ts';
import type { Finding } from '../experiment/parsing/problem.ts';
import { strategyFacts } from '../experiment/strategies/facts.ts';
import { refusesUnlabelled } from '../experiment/strategies/unlabelled.ts';
import type { Check, CheckContext } from './context.ts';

const path = ['dataset', 'unlabelled'];
const removal = { title: 'Remove "unlabelled"', path, remove: true } as const;

/** Whether samples without labels are there, and whether the strategy can learn from them. */
export const checkUnlabelled: Check = (context) => {
  const { dataset, strategy } = context.experiment;
  const config = unlabelledOf(dataset);
  if (!config) return [];
  const found: Finding[] = [];
  const { unlabelled } = strategyFacts[strategy.kind];
  if (unlabelled === 'refuses')
    found.push({
      ...refusesUnlabelled(strategy.kind),
      path,
      at: 'key',
      severity: 'error',
      code: 'unlabelled-refused',
      fix: removal,
    });
  if (unlabelled === 'ignores')
    found.push({
      message: `"unlabelled" does nothing here: strategy "${strategy.kind}" learns from labels alone.`,
      remedy: 'Remove it, or leave it: runs with it and without are compared all the same.',
      path,
      at: 'key',
      severity: 'warning',
      code: 'unused-option',
      fix: removal,
    });
  const labels = (dataset as { readonly labelledSubset?: number }).labelledSubset;
  if (config.from === undefined && labels === undefined)
    found.push({
      message:
        'No sample is without a label: the student has those of the whole training set, and no other samples are named.',
      remedy: `Set "labelledSubset" to how many labels the student has${'train' in dataset ? ', or name other samples with "from"' : ''}.`,
      path,
      at: 'key',
      severity: 'error',
      code: 'unlabelled-none',
    });
  return [...found, ...confidenceFindings(context), ...shareFindings(context)];
};

/** Of k classes the first choice has at least a k-th of the probability. */
function confidenceFindings({ experiment, dataset }: CheckContext): Finding[] {
  const least = unlabelledOf(experiment.dataset)?.minConfidence;
  if (least === undefined || !dataset || least > 1 / dataset.task.classes) return [];
  return [
    {
      message: `Of ${dataset.task.classes} classes a teacher is always at least ${least} sure of its first choice: no sample is left out.`,
      remedy: `Set "minConfidence" above ${Math.ceil(100 / dataset.task.classes) / 100}, to 0.9 for example, or remove it.`,
      path: [...path, 'minConfidence'],
      severity: 'warning',
      code: 'min-confidence',
    },
  ];
}

function shareFindings({ experiment, dataset }: CheckContext): Finding[] {
  const { share } = unlabelledOf(experiment.dataset) ?? {};
  const { sizes } = dataset ?? {};
  if (share === undefined || !sizes?.unlabelled) return [];
  const beside = unlabelledPerEpoch({ labelled: sizes.subset, unlabelled: sizes.unlabelled, share });
  if (beside <= sizes.unlabelled) return [];
  return [
    {
      message: `A share of ${share} beside ${sizes.subset} labelled samples is ${beside} unlabelled ones an epoch, and there are ${sizes.unlabelled}: some come several times.`,
      remedy: 'Lower "share", or remove it: each then comes once an epoch.',
      path: [...path, 'share'],
      severity: 'warning',
      code: 'unlabelled-share',
    },
  ];
}
