import type { Finding } from '../experiment/parsing/problem.ts';
import type { StrategyConfig } from '../experiment/schema/schema.ts';
import { strategyRecord } from '../experiment/schema/strategy-schema.ts';
import { strategyFacts } from '../experiment/strategies/facts.ts';
import type { Check, CheckContext } from './context.ts';
import { classifierIsTrained } from './models/student-classifier.ts';

type AmongStudents = Extract<StrategyConfig, { scaleByTemperature: boolean }>;

/** Weights and temperatures that are allowed but amount to something else than one would think. */
export const checkLossWeights: Check = (context) => {
  const { strategy } = context.experiment;
  return [...weightFindings(context), ...temperatureFindings(strategy)];
};

function weightFindings(context: CheckContext): Finding[] {
  const { strategy } = context.experiment;
  if ('scaleByTemperature' in strategy) return amongStudents(strategy);
  const shares = strategyRecord(strategy).shares?.(strategy);
  if (shares === undefined) return [];
  // On what the student writes itself there are no labels, so their weight must be 0.
  if (strategyRecord(strategy).onPolicy?.(strategy)) return [];
  const { labels, answers, states, option } = shares;
  const base = { path: ['strategy', option], severity: 'warning', code: 'loss-weights' } as const;
  if (labels + answers + states === 0)
    return [
      {
        ...base,
        severity: 'error',
        message: 'Every weight of the loss is 0: the student would learn nothing.',
        remedy: 'Give at least one term a weight above 0.',
      },
    ];
  if (labels + answers === 0 && classifierIsTrained(context))
    return [
      {
        ...base,
        message:
          'Only hidden states are compared: the student’s classifier stays as it begins while the layers below it change.',
        remedy:
          'Give the labels or the teacher’s answers a weight above 0, unless that is what you want to find out.',
      },
    ];
  if (labels + answers === 0)
    return [
      {
        ...base,
        severity: 'error',
        message: 'Only hidden states are compared, so nothing trains the student’s classifier.',
        remedy: 'Give the labels or the teacher’s answers a weight above 0.',
      },
    ];
  if (answers + states === 0)
    return [
      {
        ...base,
        message:
          'The teacher’s terms weigh 0: the student learns from labels alone, as with strategy "direct".',
        remedy: 'Raise the weight, or use strategy "direct", which needs no teacher.',
      },
    ];
  if (labels === 0)
    return [
      {
        ...base,
        message: 'The labels weigh 0: the student learns from the teacher alone, its mistakes included.',
        remedy: 'Give the labels some weight, unless that is what you want to find out.',
      },
    ];
  return [];
}

/** Of strategies without a teacher: labels are all that ties the students to the task. */
function amongStudents({ kind, weight, labelWeight }: AmongStudents): Finding[] {
  const path = ['strategy', labelWeight === 0 ? 'labelWeight' : 'weight'];
  const learner = strategyFacts[kind].alongside;
  const base = { code: 'loss-weights', path } as const;
  if (labelWeight === 0)
    return [
      {
        ...base,
        severity: 'error',
        message: `The labels weigh 0, and ${learner}s that learn from each other alone learn nothing of the task.`,
        remedy: 'Give the labels a weight above 0.',
      },
    ];
  if (weight > 0) return [];
  return [
    {
      ...base,
      severity: 'warning',
      message: `The weight is 0: every ${learner} learns from labels alone.`,
      remedy: 'Raise the weight, or use strategy "direct".',
    },
  ];
}

function temperatureFindings(strategy: StrategyConfig): Finding[] {
  const places = strategyRecord(strategy).temperatures?.(strategy) ?? [];
  return places.flatMap(({ temperature, path }) => {
    if (temperature >= 1 && temperature <= 50) return [];
    return [
      {
        message:
          temperature < 1
            ? `A temperature of ${temperature} makes the teacher’s answers sharper, hiding how it ranks the wrong classes.`
            : `A temperature of ${temperature} makes all classes nearly equal, so that little of the teacher is left.`,
        remedy: 'Values from 1 to 20 are usual.',
        path: ['strategy', ...path],
        severity: 'warning',
        code: 'temperature',
      } satisfies Finding,
    ];
  });
}
