import { gridPoint, gridSize } from '../../experiment/sweep/space.ts';
import type { Sampler } from './sampler.ts';

/** Every combination in turn, the last option changing fastest. */
export const gridPointAt: Sampler = ({ space, index }) =>
  index < (gridSize(space) ?? 0) ? gridPoint(space, index) : undefined;
