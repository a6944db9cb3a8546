import type { CommandId } from './commands.ts';

export interface Keybinding {
  readonly command: CommandId;
  readonly key: string;
  readonly mac?: string;
  readonly when: string;
}

const runsFocused = "focusedView == 'distillery.runs' && !inputFocus";
const hyperparametersFocused = "focusedView == 'distillery.hyperparameters' && !inputFocus";

export const keybindings: readonly Keybinding[] = [
  { command: 'distillery.rename', key: 'f2', mac: 'enter', when: runsFocused },
  { command: 'distillery.remove', key: 'delete', mac: 'cmd+backspace', when: runsFocused },
  { command: 'distillery.compareSelected', key: 'ctrl+d', mac: 'cmd+d', when: runsFocused },
  { command: 'distillery.openDashboard', key: 'ctrl+enter', mac: 'cmd+enter', when: runsFocused },
  { command: 'distillery.filterRuns', key: 'ctrl+alt+f', mac: 'cmd+alt+f', when: runsFocused },
  { command: 'distillery.editHyperparameter', key: 'f2', mac: 'enter', when: hyperparametersFocused },
  {
    command: 'distillery.resetHyperparameter',
    key: 'delete',
    mac: 'cmd+backspace',
    when: hyperparametersFocused,
  },
  {
    command: 'distillery.run',
    key: 'ctrl+alt+enter',
    mac: 'cmd+alt+enter',
    when: 'resourceFilename =~ /\\.distill\\.json$/ && editorTextFocus',
  },
];
