import type { Panel } from './panel.ts';
import { answersPanel } from './panels/answers.ts';
import { chartsPanel } from './panels/charts.ts';
import { checkpointsPanel } from './panels/checkpoints.ts';
import { curvesPanel } from './panels/curves.ts';
import { environmentPanel } from './panels/environment.ts';
import { eventsPanel } from './panels/events.ts';
import { exportsPanel } from './panels/exports.ts';
import { figuresPanel } from './panels/figures.ts';
import { filesPanel } from './panels/files.ts';
import { logPanel } from './panels/log.ts';
import { parametersPanel } from './panels/parameters.ts';
import { samplesPanel } from './panels/samples.ts';

/** All panels of the run page, from top to bottom. To add one is to add it here. */
export const panels: readonly Panel[] = [
  figuresPanel,
  curvesPanel,
  chartsPanel,
  answersPanel,
  samplesPanel,
  exportsPanel,
  parametersPanel,
  eventsPanel,
  environmentPanel,
  filesPanel,
  checkpointsPanel,
  logPanel,
];
