import { formats, precisions } from '../../src/export/forms.ts';

/** Every setting, named once; the manifest is generated from this table and reading is typed by it. */

export interface SettingDescription<T> {
  readonly default: T;
  readonly description: string;
  readonly scope: 'window' | 'resource' | 'machine' | 'machine-overridable';
  readonly type: 'string' | 'boolean' | 'integer' | 'array';
  readonly choices?: readonly { readonly value: T; readonly description: string }[];
  /** Of a list: what it may hold, each once. */
  readonly items?: readonly { readonly value: string; readonly description: string }[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export const settings = {
  'distillery.device': {
    type: 'string',
    default: 'experiment',
    scope: 'machine-overridable',
    description: 'The device that runs use.',
    choices: [
      { value: 'experiment', description: 'What the experiment file says.' },
      { value: 'auto', description: 'The best device that is really there.' },
      { value: 'cpu', description: 'The processor, through ONNX Runtime; always works.' },
      { value: 'webgpu', description: 'A GPU through Vulkan, Metal or Direct3D 12.' },
      { value: 'cuda', description: 'An NVIDIA GPU through CUDA.' },
    ],
  },
  'distillery.dataDirectory': {
    type: 'string',
    default: 'project',
    scope: 'resource',
    description:
      'Where runs, teachers and the database are kept. A change applies once no run trains or waits.',
    choices: [
      { value: 'project', description: 'In the folder’s .distillery, which the command line uses too.' },
      { value: 'storage', description: 'In VS Code’s storage for this workspace, out of the project.' },
    ],
  },
  'distillery.concurrentRuns': {
    type: 'integer',
    default: 1,
    minimum: 1,
    maximum: 64,
    scope: 'machine-overridable',
    description:
      'How many queued runs train at the same time. Where nothing is set, the number holds that the command line set with --concurrency.',
  },
  'distillery.stopRunsWithWindow': {
    type: 'boolean',
    default: false,
    scope: 'window',
    description: 'Stop running experiments when the window closes. Otherwise they go on and are found again.',
  },
  'distillery.experimentLens': {
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'Show the last result above an experiment.',
  },
  'distillery.notifyOnCompletion': {
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'Tell when a run that was started from this window ends.',
  },
  'distillery.export.afterRun': {
    type: 'boolean',
    default: false,
    scope: 'resource',
    description:
      'Export the student of each run that is started from here when it is trained, into the folder “export” of the run. The next run begins when that is done; what goes wrong is told, and changes nothing of the run.',
  },
  'distillery.export.formats': {
    type: 'array',
    default: ['transformers-js'],
    scope: 'resource',
    description: 'The formats of the export after each run.',
    items: Object.entries(formats).map(([value, description]) => ({ value, description })),
  },
  'distillery.export.precisions': {
    type: 'array',
    default: ['fp32'],
    scope: 'resource',
    description:
      'How the ONNX and GGUF files of the export after each run store their weights: one file for each.',
    items: Object.entries(precisions).map(([value, { description }]) => ({ value, description })),
  },
} as const satisfies Record<
  string,
  | SettingDescription<string>
  | SettingDescription<boolean>
  | SettingDescription<number>
  | SettingDescription<readonly string[]>
>;

export type SettingId = keyof typeof settings;
type Widen<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends readonly string[]
        ? readonly string[]
        : never;
export type SettingValue<Id extends SettingId> = (typeof settings)[Id] extends {
  choices: readonly { value: infer V }[];
}
  ? V
  : Widen<(typeof settings)[Id]['default']>;
