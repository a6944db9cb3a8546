import { UserError } from '../base/user-error.ts';
import type { LoadedExperiment } from '../experiment/parsing/load.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import type { SweepConfig } from '../experiment/schema/sweep-schema.ts';
import { type Dimension, gridSize, spaceOf, wholeGrid } from '../experiment/sweep/space.ts';
import { sweepIdOf } from '../experiment/sweep/sweep-id.ts';
import { shortened } from '../worker/directory/project-path.ts';
import { figuresOf, type JudgedFigure } from './objectives.ts';

/** A sweep as its file says it, and what follows from that. */
export interface Sweep {
  readonly id: string;
  readonly loaded: Pick<LoadedExperiment, 'file' | 'directory'> & { readonly experiment: Experiment };
  readonly config: SweepConfig;
  readonly space: readonly Dimension[];
  readonly figures: readonly JudgedFigure[];
  /** The most points it may have; undefined where only hours end it. */
  readonly mostPoints: number | undefined;
}

/** @throws UserError where the experiment has no sweep */
export function sweepOf(loaded: Sweep['loaded'], dataDirectory: string): Sweep {
  const { experiment, file, directory } = loaded;
  const { sweep: config } = experiment;
  if (!config)
    throw new UserError('The experiment has no "sweep", so there is nothing to try.', {
      place: file,
      remedy: 'Add "sweep" with the options to try, or use `distillery run`.',
    });
  const space = spaceOf(experiment, config);
  // Of a space that can be counted no point is tried twice, whoever chooses.
  const whole = config.sampler === 'grid' ? space : wholeGrid(space);
  const limits = [
    ...(config.runs === undefined ? [] : [Math.floor(config.runs / experiment.seeds.length)]),
    ...(whole ? [gridSize(whole) ?? 0] : []),
  ];
  return {
    id: sweepIdOf(experiment, config, shortened(directory, dataDirectory)),
    ...{ loaded, config, space },
    figures: figuresOf(experiment, config.objectives),
    mostPoints: limits.length === 0 ? undefined : Math.min(...limits),
  };
}
