import type { CommandId } from './commands.ts';

export interface WalkthroughStep {
  readonly id: string;
  readonly title: string;
  /** Markdown; a line that is one command link becomes a button. */
  readonly description: string;
  /** What its pictures show, for those who cannot see them. */
  readonly shows: string;
  /** The step is done when one of these was run. */
  readonly done: readonly CommandId[];
}

/** The themes for which VS Code wants a picture each. */
export const pictureThemes = ['light', 'dark', 'hc', 'hcLight'] as const;

/** The picture of a step in a theme, in this repository; `npm run media` makes all of them. */
export const walkthroughPicture = (step: string, theme: (typeof pictureThemes)[number]): string =>
  `extension/media/walkthrough/${step}-${theme}.png`;

export const walkthrough = {
  id: 'distillery.firstSteps',
  title: 'First Steps with Distillery',
  description: 'From a sample with real data to a verdict: was distillation worth it?',
} as const;

export const walkthroughSteps = [
  {
    id: 'sample',
    title: 'Begin with real data',
    description:
      'The sample project has a few thousand handwritten digits and an experiment for each of four strategies. Or write an experiment of your own: data, teacher, student, strategy.\n[Create Sample Project](command:distillery.createSampleProject)\n[New Experiment](command:distillery.newExperiment)',
    shows: 'The sample project: four experiments in the run explorer, one of them open',
    done: ['distillery.createSampleProject', 'distillery.newExperiment'],
  },
  {
    id: 'run',
    title: 'Run it',
    description:
      'Training goes on in a process of its own, one run for each seed. Close the window if you like: runs go on and are found again.\n[Run Experiment](command:distillery.run)',
    shows: 'A run that trains, with its progress, and two that wait',
    done: ['distillery.run', 'distillery.runWithSeeds', 'distillery.queue'],
  },
  {
    id: 'change',
    title: 'Change one thing',
    description:
      'Select an experiment or a run: its hyperparameters stand below and are edited in place, in the file by the smallest change. “Duplicate and Change” makes a copy of a run that differs by one value.\n[Duplicate and Change](command:distillery.duplicate)',
    shows: 'A hyperparameter of an experiment that is being changed',
    done: ['distillery.duplicate', 'distillery.editHyperparameter'],
  },
  {
    id: 'compare',
    title: 'Ask whether it was worth it',
    description:
      'The dashboard puts teacher and student side by side. Drag runs into it, or select several and compare them: with the directly trained student among them there is a verdict, with its interval.\n[Open Dashboard](command:distillery.openDashboard)',
    shows: 'Verdicts in the dashboard: each strategy against direct training',
    done: ['distillery.openDashboard', 'distillery.compareSelected'],
  },
] as const satisfies readonly WalkthroughStep[];
