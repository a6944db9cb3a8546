/**
 * Every command, named once. The manifest is generated from this table and registration is typed by it, so a command
 * that is shown but not there, or there but not shown, does not compile or does not pass the tests.
 */

export interface CommandDescription {
  readonly title: string;
  /** A codicon; commands that appear as buttons need one. */
  readonly icon?: string;
  /** When the command can be invoked at all. */
  readonly enablement?: string;
  /** When the palette lists it; 'never' for what only makes sense on a tree item. */
  readonly palette?: string;
}

const trusted = 'isWorkspaceTrusted';
const hasFolder = 'workspaceFolderCount > 0';
const experimentOpen = 'resourceFilename =~ /\\.distill\\.json$/';
const hasRuns = 'distillery.hasRuns';

export const commands = {
  'distillery.newExperiment': { title: 'New Experiment…', icon: 'new-file', enablement: hasFolder },
  'distillery.createSampleProject': { title: 'Create Sample Project…', icon: 'beaker', enablement: trusted },
  'distillery.run': { title: 'Run Experiment', icon: 'play', enablement: `${trusted} && ${hasFolder}` },
  'distillery.runWithSeeds': {
    title: 'Run Experiment with Other Seeds…',
    icon: 'run-all',
    enablement: `${trusted} && ${hasFolder}`,
  },
  'distillery.queue': { title: 'Queue Experiment', icon: 'layers', enablement: `${trusted} && ${hasFolder}` },
  'distillery.sweep': {
    title: 'Start Sweep',
    icon: 'graph-scatter',
    enablement: `${trusted} && ${hasFolder}`,
  },
  'distillery.stopSweep': {
    title: 'Stop Sweep',
    icon: 'debug-stop',
    enablement: `${trusted} && ${hasRuns}`,
  },
  'distillery.writeBestPoint': {
    title: 'Make the Best Point of the Sweep the Experiment',
    icon: 'star',
    enablement: `${trusted} && ${hasRuns}`,
  },
  'distillery.stop': {
    title: 'Stop Run',
    icon: 'debug-stop',
    enablement: `${trusted} && distillery.hasActiveRuns`,
  },
  'distillery.resume': {
    title: 'Resume Run',
    icon: 'debug-continue',
    enablement: `${trusted} && ${hasRuns}`,
  },
  'distillery.duplicate': {
    title: 'Duplicate and Change…',
    icon: 'copy',
    enablement: `${trusted} && ${hasFolder}`,
  },
  'distillery.compareSelected': { title: 'Compare Selected Runs', icon: 'diff', enablement: hasRuns },
  'distillery.openDashboard': { title: 'Open Dashboard', icon: 'dashboard', enablement: hasFolder },
  'distillery.openRunFolder': { title: 'Open Run Folder', icon: 'folder-opened', enablement: hasRuns },
  'distillery.openLog': { title: 'Open Worker Log', icon: 'output', enablement: hasRuns },
  'distillery.revealStudent': { title: 'Reveal Student', icon: 'mortar-board', enablement: hasRuns },
  'distillery.exportStudent': {
    title: 'Export Student…',
    icon: 'export',
    enablement: `${trusted} && ${hasRuns}`,
  },
  'distillery.exportComparison': { title: 'Export Comparison…', icon: 'save-as', enablement: hasRuns },
  'distillery.rename': { title: 'Rename Run…', icon: 'edit', enablement: `${trusted} && ${hasRuns}` },
  'distillery.tag': { title: 'Tag Run…', icon: 'tag', enablement: `${trusted} && ${hasRuns}` },
  'distillery.note': { title: 'Write Note…', icon: 'note', enablement: `${trusted} && ${hasRuns}` },
  'distillery.setBaseline': {
    title: 'Set as Baseline',
    icon: 'target',
    enablement: `${trusted} && ${hasRuns}`,
  },
  'distillery.remove': { title: 'Remove Run…', icon: 'trash', enablement: `${trusted} && ${hasRuns}` },
  'distillery.checkEnvironment': { title: 'Check Environment', icon: 'pulse' },
  'distillery.chooseDevice': { title: 'Choose Device…', icon: 'chip' },
  'distillery.installCuda': { title: 'Install CUDA Libraries…', icon: 'cloud-download', enablement: trusted },
  'distillery.importTeacher': {
    title: 'Import Teacher…',
    icon: 'cloud-download',
    enablement: `${trusted} && ${hasFolder}`,
  },
  'distillery.setServerKey': { title: 'Set Key of a Server…', icon: 'key', enablement: trusted },
  'distillery.forgetServerKey': { title: 'Forget Key of a Server…', enablement: trusted },
  'distillery.getData': {
    title: 'Get Data of Experiment',
    icon: 'cloud-download',
    enablement: `${trusted} && ${hasFolder}`,
  },
  'distillery.copyCliCommand': { title: 'Copy CLI Command', icon: 'terminal', enablement: hasFolder },
  'distillery.showOutput': { title: 'Show Distillery Log', icon: 'output' },
  'distillery.rebuildDatabase': {
    title: 'Rebuild Run Database…',
    icon: 'tools',
    enablement: `${trusted} && ${hasFolder}`,
  },
  'distillery.refreshRuns': { title: 'Refresh Runs', icon: 'refresh', enablement: hasFolder },
  'distillery.groupRuns': { title: 'Group Runs…', icon: 'group-by-ref-type', enablement: hasFolder },
  'distillery.filterRuns': { title: 'Filter Runs…', icon: 'filter', enablement: hasFolder },
  'distillery.clearFilter': {
    title: 'Clear Run Filter',
    icon: 'clear-all',
    enablement: 'distillery.filtered',
  },
  'distillery.sortRuns': { title: 'Sort Runs…', icon: 'list-ordered', enablement: hasFolder },
  'distillery.openExperiment': { title: 'Open Experiment File', icon: 'go-to-file', palette: 'false' },
  'distillery.loadMoreRuns': { title: 'Load More Runs', palette: 'false' },
  'distillery.showHyperparameters': { title: 'Show Hyperparameters', palette: 'false' },
  'distillery.editHyperparameter': { title: 'Edit Value…', icon: 'edit', palette: 'false' },
  'distillery.resetHyperparameter': { title: 'Reset to Default', icon: 'discard', palette: 'false' },
  'distillery.copyHyperparameter': { title: 'Copy Value', icon: 'copy', palette: 'false' },
} as const satisfies Record<string, CommandDescription>;

export type CommandId = keyof typeof commands;

export const palette: Partial<Record<CommandId, string>> = {
  'distillery.copyCliCommand': experimentOpen,
};

export const contextKeys = {
  hasRuns: 'distillery.hasRuns',
  hasActiveRuns: 'distillery.hasActiveRuns',
  hasExperiments: 'distillery.hasExperiments',
  filtered: 'distillery.filtered',
  selectedExperiment: 'distillery.selectedExperiment',
  storeFailed: 'distillery.storeFailed',
} as const;
