import { runStates } from '../src/worker/run-states.ts';
import type {
  ClassDisagreement,
  Commands,
  ComparedAdvice,
  ComparedGroup,
  ComparedSection,
  ComparedTeacher,
  ComparedVerdict,
  ComparisonData,
  ConfigEdit,
  ConfigValue,
  Continuation,
  CurveData,
  Doubt,
  EventLine,
  Figure,
  FigureKey,
  HostMessage,
  MachineUsage,
  MeasuredModel,
  Method,
  MetricSummary,
  ModelFigures,
  Navigation,
  Nothing,
  Notifications,
  PageMessage,
  ParameterPath,
  ParameterRow,
  ReliabilityBin,
  Requests,
  RunDetail,
  RunFigures,
  RunRow,
  RunsChanges,
  RunsSnapshot,
  Spread,
  TeacherFigureKey,
  UnreadableFolder,
  Usage,
} from './protocol.ts';

/** Shapes of all messages, checked where they arrive: at the page, and at the host. */

/** Whether a value has a shape. */
type Check<T> = (value: unknown) => value is T;
type Checks<T> = { readonly [Key in keyof T]-?: Check<T[Key]> };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const object =
  <T>(checks: Checks<T>): Check<T> =>
  (value): value is T =>
    isRecord(value) && (Object.keys(checks) as (keyof T & string)[]).every((key) => checks[key](value[key]));
const list =
  <T>(check: Check<T>): Check<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every(check);
const record =
  <T>(check: Check<T>): Check<Readonly<Record<string, T>>> =>
  (value): value is Readonly<Record<string, T>> =>
    isRecord(value) && Object.values(value).every(check);
const oneOf =
  <const T extends string>(...values: readonly T[]): Check<T> =>
  (value): value is T =>
    (values as readonly unknown[]).includes(value);
const nullable =
  <T>(check: Check<T>): Check<T | null> =>
  (value): value is T | null =>
    value === null || check(value);
const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value): value is T | undefined =>
    value === undefined || check(value);
const string: Check<string> = (value): value is string => typeof value === 'string';
const number: Check<number> = (value): value is number => typeof value === 'number';
const boolean: Check<boolean> = (value): value is boolean => typeof value === 'boolean';
const anything: Check<unknown> = (value): value is unknown => value !== undefined || value === undefined;
const figure: Check<Figure> = nullable(number);
const strings = list(string);
const matrix = nullable(list(list(number)));

const runState = oneOf(...runStates);

const reliability = nullable(
  list(object<ReliabilityBin>({ count: number, confidence: figure, accuracy: figure })),
);
const disagreement = nullable(
  list(
    object<ClassDisagreement>({ samples: number, onlyStudent: number, onlyTeacher: number, neither: number }),
  ),
);
const continuations = list(
  object<Continuation>({ prompt: string, reference: string, texts: record(string) }),
);

const doubts = list(object<Doubt>({ kind: string, message: string }));

const modelFigures = object<ModelFigures>({
  accuracy: figure,
  loss: figure,
  parameters: figure,
  bytes: figure,
  latencyMs: figure,
  throughput: figure,
  macroF1: figure,
  calibrationError: figure,
  perplexity: figure,
  confusion: matrix,
  reliability,
});

const runFigures = object<RunFigures>({
  run: string,
  name: string,
  experiment: string,
  strategy: string,
  seed: number,
  state: runState,
  device: nullable(string),
  deviceKind: nullable(string),
  teacher: nullable(modelFigures),
  student: nullable(modelFigures),
  candidates: list(object<RunFigures['candidates'][number]>({ name: string, figures: modelFigures })),
  ensembleAccuracy: figure,
  compressionRatio: figure,
  retention: figure,
  agreement: figure,
  disagreement,
  speedup: figure,
  trainingSeconds: figure,
  teacherSeconds: figure,
  savedSeconds: figure,
  energyJoules: figure,
  bestEpoch: figure,
  doubts,
});

const runRow = object<RunRow>({
  id: string,
  name: string,
  experiment: string,
  group: string,
  strategy: string,
  data: string,
  seed: number,
  state: runState,
  createdAt: number,
  startedAt: figure,
  endedAt: figure,
  phase: nullable(string),
  progress: figure,
  remainingSeconds: figure,
  resumable: boolean,
  problem: nullable(string),
  tags: strings,
  note: string,
  baseline: boolean,
  figures: runFigures,
  metrics: record(object<MetricSummary>({ last: figure, lowest: figure, highest: figure })),
});

const configValue: Check<ConfigValue> = (value): value is ConfigValue => value === null || !isRecord(value);
const configs = record(record(configValue));

const spread = nullable(
  object<Spread>({ n: number, mean: number, deviation: figure, lowest: number, highest: number }),
);
/** The keys of a record over all of them: the compiler complains of one that is missing or too many. */
const keysOf = <Key extends string>(keys: Readonly<Record<Key, true>>) => Object.keys(keys) as Key[];
const figureKeys = keysOf<FigureKey>({
  accuracy: true,
  retention: true,
  agreement: true,
  macroF1: true,
  loss: true,
  perplexity: true,
  calibrationError: true,
  parameters: true,
  bytes: true,
  compressionRatio: true,
  latencyMs: true,
  speedup: true,
  throughput: true,
  trainingSeconds: true,
  savedSeconds: true,
  energyJoules: true,
});
const teacherFigureKeys = keysOf<TeacherFigureKey>({
  accuracy: true,
  loss: true,
  parameters: true,
  bytes: true,
  latencyMs: true,
  throughput: true,
  macroF1: true,
  calibrationError: true,
  perplexity: true,
});
const spreads =
  <Key extends string>(keys: readonly Key[]): Check<Readonly<Record<Key, Spread | null>>> =>
  (value): value is Readonly<Record<Key, Spread | null>> =>
    isRecord(value) && keys.every((key) => spread(value[key]));
const interval: Check<readonly [number, number]> = (value): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(number);

const differences = list(object<ComparisonData['differences'][number]>({ key: string, texts: strings }));

const comparisonData = object<ComparisonData>({
  runs: list(runFigures),
  teachers: list(
    object<ComparedTeacher>({
      key: string,
      label: string,
      groups: strings,
      figures: spreads(teacherFigureKeys),
      confusion: matrix,
      reliability,
    }),
  ),
  groups: list(
    object<ComparedGroup>({
      key: string,
      label: string,
      experiment: string,
      strategy: string,
      variant: number,
      runs: strings,
      counted: list(runFigures),
      seeds: list(number),
      allSeeds: list(number),
      deviceKinds: strings,
      candidates: list(
        object<ComparedGroup['candidates'][number]>({
          name: string,
          accuracy: spread,
          parameters: spread,
          bytes: spread,
          latencyMs: spread,
        }),
      ),
      ensembleAccuracy: spread,
      samples: nullable(object<NonNullable<ComparedGroup['samples']>>({ seed: number, continuations })),
      doubts,
      figures: spreads(figureKeys),
    }),
  ),
  verdicts: list(
    object<ComparedVerdict>({
      group: string,
      baseline: nullable(string),
      metric: oneOf('accuracy', 'loss'),
      outcome: oneOf('BEATS', 'DOES NOT BEAT', 'INCONCLUSIVE'),
      finding: string,
      pairs: list(
        object<ComparedVerdict['pairs'][number]>({
          seed: number,
          run: string,
          baselineRun: string,
          value: number,
          baselineValue: number,
          difference: number,
        }),
      ),
      mean: figure,
      deviation: figure,
      interval: nullable(interval),
      confidence: number,
      relevantGain: number,
      reason: string,
      notes: strings,
      seedsNeeded: figure,
    }),
  ),
  differences,
  sections: list(
    object<ComparedSection>({
      key: string,
      title: string,
      task: string,
      groups: strings,
      teachers: strings,
      runs: strings,
      differences,
    }),
  ),
  advice: list(
    object<ComparedAdvice>({
      rule: string,
      tone: oneOf('good', 'caution', 'next'),
      subjects: strings,
      headline: string,
      text: string,
      about: strings,
      evidence: list(
        object<ComparedAdvice['evidence'][number]>({ label: string, value: string, of: string }),
      ),
    }),
  ),
});

const sameLengths = (curve: CurveData) =>
  [curve.epochs, curve.times, curve.values].every((one) => one.length === curve.steps.length);
const curveShape = object<CurveData>({
  run: string,
  model: string,
  metric: string,
  steps: list(number),
  epochs: list(number),
  times: list(number),
  values: list(figure),
});
const curve: Check<CurveData> = (value): value is CurveData => curveShape(value) && sameLengths(value);

const path: Check<ParameterPath> = list((value): value is string | number => string(value) || number(value));
const eventLine = object<EventLine>({ seq: number, time: number, type: string, text: string });

const runDetail = object<RunDetail>({
  run: string,
  parameters: list(
    object<ParameterRow>({
      path,
      name: string,
      value: anything,
      default: anything,
      changed: boolean,
      description: string,
      type: oneOf('integer', 'number', 'boolean', 'text', 'choice', 'list'),
      expected: string,
      choices: optional(
        list(
          object<{ value: string; description?: string }>({ value: string, description: optional(string) }),
        ),
      ),
      clearable: boolean,
    }),
  ),
  writable: boolean,
  file: string,
  directory: string,
  environment: list(object<RunDetail['environment'][number]>({ label: string, value: string })),
  checkpoints: list(object<RunDetail['checkpoints'][number]>({ epoch: number, best: boolean, path: string })),
  files: list(object<RunDetail['files'][number]>({ path: string, bytes: number })),
  models: list(
    object<MeasuredModel>({
      name: string,
      role: oneOf('student', 'teacher', 'exit', 'peer', 'ensemble'),
      figures: modelFigures,
    }),
  ),
  disagreement,
  continuations,
  curves: list(object<RunDetail['curves'][number]>({ model: string, metric: string })),
  events: list(eventLine),
  log: string,
});

const usage = object<Usage>({
  name: string,
  load: figure,
  memoryUsed: figure,
  memoryTotal: figure,
  power: figure,
});
const machineUsage = object<MachineUsage>({
  processor: usage,
  gpus: list(usage),
  worker: object<MachineUsage['worker']>({ cores: figure, memory: figure }),
});

const results: { readonly [Name in Method]: Check<Requests[Name]['result']> } = {
  compare: comparisonData,
  curves: list(curve),
  run: runDetail,
  parseValue: object<Requests['parseValue']['result']>({ value: anything, message: optional(string) }),
  report: object<{ text: string }>({ text: string }),
  usage: nullable(machineUsage),
};

const parameters: { readonly [Name in Method]: Check<Requests[Name]['parameters']> } = {
  compare: object<Requests['compare']['parameters']>({ runs: strings }),
  curves: object<Requests['curves']['parameters']>({
    runs: strings,
    metrics: nullable(strings),
    points: number,
  }),
  run: object<Requests['run']['parameters']>({ run: string }),
  parseValue: object<Requests['parseValue']['parameters']>({ run: string, path, text: string }),
  report: object<Requests['report']['parameters']>({
    format: oneOf('csv', 'markdown', 'latex', 'json'),
    runs: strings,
  }),
  usage: object<Requests['usage']['parameters']>({ run: string }),
};

/** Whether a value is a place in the dashboard; the host asks it of what a serializer kept. */
export const isNavigation: Check<Navigation> = (value): value is Navigation =>
  isRecord(value) &&
  (value.view === 'overview' ||
    (value.view === 'compare' && strings(value.runs)) ||
    (value.view === 'run' && string(value.run)));

const runs = object<{ runs: readonly string[] }>({ runs: strings });
const run = object<{ run: string }>({ run: string });
const edits = object<Commands['runChange']>({
  run: string,
  edits: list(object<ConfigEdit>({ path, value: anything })),
});
const nothing = (value: unknown): value is Nothing => isRecord(value);

const commands: { readonly [Name in keyof Commands]: Check<Commands[Name]> } = {
  ready: nothing,
  watch: runs,
  navigated: object<Commands['navigated']>({ navigation: isNavigation }),
  keepView: object<Commands['keepView']>({ view: anything }),
  newExperiment: nothing,
  createSampleProject: nothing,
  saveViews: object<Commands['saveViews']>({ views: list(anything) }),
  readAgain: nothing,
  rebuild: nothing,
  stop: runs,
  cancel: runs,
  resume: runs,
  remove: runs,
  rename: object<Commands['rename']>({ run: string, newName: string }),
  note: object<Commands['note']>({ run: string, note: string }),
  tag: object<Commands['tag']>({ run: string, tags: strings }),
  baseline: object<Commands['baseline']>({ run: string, baseline: boolean }),
  runChange: edits,
  writeToFile: edits,
  openFile: object<Commands['openFile']>({ run: string, path: string }),
  openExperiment: run,
  revealDirectory: run,
  copy: object<Commands['copy']>({ text: string }),
  copyLink: run,
  saveReport: object<Commands['saveReport']>({
    runs: strings,
    format: oneOf('html', 'csv', 'markdown', 'latex', 'json'),
  }),
  saveFile: object<Commands['saveFile']>({
    fileName: string,
    content: string,
    encoding: oneOf('utf8', 'base64'),
  }),
};

const notifications: { readonly [Name in keyof Notifications]: Check<Notifications[Name]> } = {
  snapshot: object<Notifications['snapshot']>({
    snapshot: object<RunsSnapshot>({ runs: list(runRow), configs }),
  }),
  changes: object<Notifications['changes']>({
    changes: object<RunsChanges>({ runs: list(runRow), configs, removed: strings }),
  }),
  points: object<Notifications['points']>({ curves: list(curve) }),
  events: object<Notifications['events']>({ run: string, events: list(eventLine), log: string }),
  views: object<Notifications['views']>({ views: list(anything) }),
  navigate: object<Notifications['navigate']>({ navigation: isNavigation }),
  unreadable: object<Notifications['unreadable']>({
    folders: list(object<UnreadableFolder>({ name: string, message: string, remedy: optional(string) })),
  }),
  problem: object<Notifications['problem']>({ message: string, remedy: optional(string) }),
};

const has = <T extends object>(table: T, key: unknown): key is keyof T =>
  typeof key === 'string' && Object.hasOwn(table, key);

/** Whether a message that reached the host is one of the page. */
export function isPageMessage(message: unknown): message is PageMessage {
  if (!isRecord(message)) return false;
  if (message.kind === 'request')
    return (
      number(message.id) && has(parameters, message.method) && parameters[message.method](message.parameters)
    );
  return message.kind === 'command' && has(commands, message.name) && commands[message.name](message);
}

/** Whether a message that reached the page is one of the host. What a response carries, isResult() tells. */
export function isHostMessage(message: unknown): message is HostMessage {
  if (!isRecord(message)) return false;
  if (message.kind === 'response')
    return (
      number(message.id) &&
      ('error' in message
        ? object<{ message: string; remedy?: string }>({ message: string, remedy: optional(string) })(
            message.error,
          )
        : 'result' in message)
    );
  return (
    message.kind === 'notification' &&
    has(notifications, message.name) &&
    notifications[message.name](message)
  );
}

/** Whether a response's result is what the method promises. */
export function isResult<Name extends Method>(
  method: Name,
  result: unknown,
): result is Requests[Name]['result'] {
  return results[method](result);
}
