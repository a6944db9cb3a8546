import { activeStates } from '../../src/worker/directory/run-states.ts';
import type { CommandId } from './commands.ts';

export const container = {
  id: 'distillery',
  title: 'Distillery',
  icon: 'extension/media/distillery.svg',
} as const;

export const views = {
  'distillery.runs': { name: 'Runs', icon: 'extension/media/distillery.svg', size: 4, folded: false },
  'distillery.hyperparameters': {
    name: 'Hyperparameters',
    icon: 'extension/media/distillery.svg',
    size: 4,
    folded: false,
  },
  'distillery.devices': { name: 'Devices', icon: 'extension/media/distillery.svg', size: 2, folded: true },
} as const;

export type ViewId = keyof typeof views;

export interface Welcome {
  readonly view: ViewId;
  readonly when: string;
  /** Markdown; lines that are one command link become buttons. */
  readonly contents: string;
}

const nothingHere =
  'workspaceFolderCount > 0 && !distillery.hasExperiments && !distillery.hasRuns && !distillery.storeFailed && !distillery.filtered';

export const welcomes: readonly Welcome[] = [
  {
    view: 'distillery.runs',
    when: 'workspaceFolderCount == 0',
    contents:
      'Open a folder to keep experiments in, or start from a sample with real data.\n[Open Folder](command:vscode.openFolder)\n[Create Sample Project](command:distillery.createSampleProject)',
  },
  {
    view: 'distillery.runs',
    when: `isWorkspaceTrusted && ${nothingHere}`,
    contents:
      'An experiment is a short file: data, teacher, student and strategy. Nothing is here yet.\n[New Experiment](command:distillery.newExperiment)\n[Create Sample Project](command:distillery.createSampleProject)',
  },
  {
    view: 'distillery.runs',
    when: 'distillery.storeFailed',
    contents:
      'The runs of this folder cannot be read. The log says why and what to do.\n[Show Log](command:distillery.showOutput)\n[Rebuild from Run Folders](command:distillery.rebuildDatabase)\n[Try Again](command:distillery.refreshRuns)',
  },
  {
    view: 'distillery.runs',
    when: 'distillery.filtered && !distillery.storeFailed',
    contents: 'No experiment and no run matches the filter.\n[Clear Filter](command:distillery.clearFilter)',
  },
  {
    view: 'distillery.hyperparameters',
    when: '!distillery.selectedExperiment',
    contents: 'Select an experiment or a run to see its hyperparameters and to edit them in place.',
  },
  {
    view: 'distillery.runs',
    when: `!isWorkspaceTrusted && ${nothingHere}`,
    contents:
      'Nothing is here yet, and as this folder is not trusted, nothing runs in it.\n[Manage Workspace Trust](command:workbench.trust.manage)',
  },
];

export interface MenuEntry {
  readonly command: CommandId;
  readonly when: string;
  readonly group: string;
}

const inRuns = 'view == distillery.runs';
const inHyperparameters = 'view == distillery.hyperparameters';
const run = `${inRuns} && viewItem =~ /\\brun\\b/`;
const experiment = `${inRuns} && viewItem =~ /\\bexperiment\\b/`;
const sweep = `${inRuns} && viewItem =~ /\\bsweep\\b/`;
const isActive = `viewItem =~ /\\b(${activeStates.join('|')})\\b/`;
const active = `${run} && ${isActive}`;
const resumable = `${run} && viewItem =~ /\\bresumable\\b/`;
const finished = `${run} && viewItem =~ /\\bcompleted\\b/`;
const editable = `${inHyperparameters} && viewItem =~ /\\beditable\\b/`;
const file = 'resourceFilename =~ /\\.distill\\.json$/';

export const menus: Record<string, readonly MenuEntry[]> = {
  'view/title': [
    { command: 'distillery.newExperiment', when: inRuns, group: 'navigation@1' },
    { command: 'distillery.openDashboard', when: inRuns, group: 'navigation@2' },
    { command: 'distillery.filterRuns', when: `${inRuns} && !distillery.filtered`, group: 'navigation@3' },
    { command: 'distillery.clearFilter', when: `${inRuns} && distillery.filtered`, group: 'navigation@3' },
    { command: 'distillery.groupRuns', when: inRuns, group: '1_arrange@1' },
    { command: 'distillery.sortRuns', when: inRuns, group: '1_arrange@2' },
    { command: 'distillery.refreshRuns', when: inRuns, group: '2_refresh@1' },
    { command: 'distillery.exportComparison', when: inRuns, group: '3_export@1' },
    { command: 'distillery.createSampleProject', when: inRuns, group: '4_more@1' },
    { command: 'distillery.chooseDevice', when: 'view == distillery.devices', group: 'navigation@1' },
    { command: 'distillery.checkEnvironment', when: 'view == distillery.devices', group: 'navigation@2' },
  ],
  'view/item/context': [
    { command: 'distillery.run', when: experiment, group: 'inline@1' },
    { command: 'distillery.openExperiment', when: experiment, group: 'inline@2' },
    { command: 'distillery.run', when: experiment, group: '1_run@1' },
    { command: 'distillery.runWithSeeds', when: experiment, group: '1_run@2' },
    { command: 'distillery.queue', when: experiment, group: '1_run@3' },
    { command: 'distillery.sweep', when: experiment, group: '1_run@4' },
    { command: 'distillery.sweep', when: `${sweep} && viewItem =~ /\\bresting\\b/`, group: 'inline@1' },
    { command: 'distillery.stopSweep', when: `${sweep} && viewItem =~ /\\bgoing\\b/`, group: 'inline@1' },
    { command: 'distillery.sweep', when: sweep, group: '1_run@1' },
    { command: 'distillery.stopSweep', when: sweep, group: '1_run@2' },
    { command: 'distillery.writeBestPoint', when: sweep, group: '2_edit@1' },
    { command: 'distillery.openDashboard', when: sweep, group: 'inline@2' },
    { command: 'distillery.duplicate', when: experiment, group: '2_edit@1' },
    { command: 'distillery.openExperiment', when: experiment, group: '2_edit@2' },
    { command: 'distillery.copyCliCommand', when: experiment, group: '3_copy@1' },
    { command: 'distillery.stop', when: active, group: 'inline@1' },
    { command: 'distillery.resume', when: resumable, group: 'inline@1' },
    { command: 'distillery.openDashboard', when: run, group: 'inline@2' },
    { command: 'distillery.stop', when: active, group: '1_run@1' },
    { command: 'distillery.resume', when: resumable, group: '1_run@2' },
    { command: 'distillery.duplicate', when: run, group: '1_run@3' },
    { command: 'distillery.compareSelected', when: run, group: '2_compare@1' },
    { command: 'distillery.setBaseline', when: finished, group: '2_compare@2' },
    { command: 'distillery.openDashboard', when: run, group: '3_open@1' },
    { command: 'distillery.openRunFolder', when: run, group: '3_open@2' },
    { command: 'distillery.openLog', when: run, group: '3_open@3' },
    { command: 'distillery.revealStudent', when: finished, group: '4_student@1' },
    { command: 'distillery.exportStudent', when: finished, group: '4_student@2' },
    { command: 'distillery.exportComparison', when: run, group: '4_student@3' },
    { command: 'distillery.rename', when: run, group: '5_describe@1' },
    { command: 'distillery.tag', when: run, group: '5_describe@2' },
    { command: 'distillery.note', when: run, group: '5_describe@3' },
    { command: 'distillery.copyCliCommand', when: run, group: '6_copy@1' },
    {
      command: 'distillery.remove',
      when: `${run} && !(${isActive})`,
      group: '7_remove@1',
    },
    { command: 'distillery.editHyperparameter', when: editable, group: 'inline@1' },
    {
      command: 'distillery.resetHyperparameter',
      when: `${editable} && viewItem =~ /\\bchanged\\b/`,
      group: 'inline@2',
    },
    { command: 'distillery.editHyperparameter', when: editable, group: '1_edit@1' },
    {
      command: 'distillery.resetHyperparameter',
      when: `${editable} && viewItem =~ /\\bchanged\\b/`,
      group: '1_edit@2',
    },
    {
      command: 'distillery.duplicate',
      when: `${inHyperparameters} && viewItem =~ /\\bfrozen\\b/`,
      group: 'inline@1',
    },
    { command: 'distillery.copyHyperparameter', when: inHyperparameters, group: '2_copy@1' },
  ],
  'editor/title': [
    { command: 'distillery.run', when: file, group: 'navigation@1' },
    { command: 'distillery.queue', when: file, group: 'navigation@2' },
  ],
  'explorer/context': [
    { command: 'distillery.run', when: file, group: 'distillery@1' },
    { command: 'distillery.queue', when: file, group: 'distillery@2' },
  ],
};
