import type { Experiment, TrainingConfig } from './schema.ts';

/**
 * Options that came after version 0.1.0, at the values that mean what experiments meant before. So written they count as
 * left out wherever experiments are told apart by a hash: runs, checkpoints and teachers of then are still known.
 */
const ofTraining: Record<string, unknown> = {
  ...{ selectBy: 'auto', weightDecayKind: 'decoupled', classWeights: null },
};
const weights = { weight: 1, labelWeight: 1, scaleByTemperature: true };
const ofStrategies: Partial<Record<Experiment['strategy']['kind'], Record<string, unknown>>> = {
  online: weights,
  self: weights,
};

type DefiningParts = Pick<Experiment, 'training' | 'teacher' | 'strategy'>;

const without = (section: object, later: Record<string, unknown>): object =>
  Object.fromEntries(
    Object.entries(section).filter(([key, value]) => !(key in later) || later[key] !== value),
  );

export const trainingWithoutLater = (training: TrainingConfig): object => without(training, ofTraining);

export function withoutLater({ training, teacher, strategy, ...rest }: DefiningParts): object {
  return {
    ...rest,
    training: trainingWithoutLater(training),
    teacher: teacher && {
      ...teacher,
      training: teacher.training && trainingWithoutLater(teacher.training),
    },
    strategy: without(strategy, ofStrategies[strategy.kind] ?? {}),
  };
}
