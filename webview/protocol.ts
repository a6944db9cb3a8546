/**
 * What the dashboard's page and the extension say to each other. This file imports nothing, so that both sides, and tests
 * without either, can use it. Three kinds of message:
 *
 * - a request of the page, which the host answers once, by its id;
 * - a command of the page, which has no answer;
 * - a notification of the host.
 *
 * A page that becomes visible, or is new, sends the command `ready`; the host answers with a whole `snapshot` and sends
 * `changes` from then on, at most ten a second. It sends nothing to a hidden page. Numbers may be null, which is unknown:
 * not measured, not a number, or infinite. Each side checks what arrives by protocol-checks.ts, drops a message of another
 * shape and says so in its log.
 */

export type Figure = number | null;

/** Where the page is; kept over reloads, and sent by the host to lead it somewhere. */
export type Navigation =
  | { readonly view: 'overview' }
  | { readonly view: 'compare'; readonly runs: readonly string[] }
  | { readonly view: 'run'; readonly run: string };

export type RunState = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'interrupted';

/** Answers of about the same confidence: how sure they are, and which share of them is right; null where there are none. */
export interface ReliabilityBin {
  readonly count: number;
  readonly confidence: Figure;
  readonly accuracy: Figure;
}

/** Of one class: its samples, and on how many of them student and teacher differ, by which of them is right. */
export interface ClassDisagreement {
  readonly samples: number;
  readonly onlyStudent: number;
  readonly onlyTeacher: number;
  readonly neither: number;
}

/** Why the result of a run cannot be taken at face value. */
export interface Doubt {
  /** Stable name of the kind, such as 'teacher-quality'. */
  readonly kind: string;
  readonly message: string;
}

/** Figures of one model, as `distillery compare --json` has them and more. */
export interface ModelFigures {
  readonly accuracy: Figure;
  readonly loss: Figure;
  readonly parameters: Figure;
  readonly bytes: Figure;
  readonly latencyMs: Figure;
  readonly throughput: Figure;
  readonly macroF1: Figure;
  readonly calibrationError: Figure;
  readonly perplexity: Figure;
  /** confusion[label][prediction]; null in rows of the overview, which do not show it. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** By rising confidence; null in rows of the overview. */
  readonly reliability: readonly ReliabilityBin[] | null;
}

/** Teacher against student in one run: what src/compare/run-figures.ts makes of it. */
export interface RunFigures {
  readonly run: string;
  readonly name: string;
  readonly experiment: string;
  readonly strategy: string;
  readonly seed: number;
  readonly state: RunState;
  readonly device: string | null;
  readonly deviceKind: string | null;
  readonly teacher: ModelFigures | null;
  readonly student: ModelFigures | null;
  /** Exits and peers. */
  readonly candidates: readonly { readonly name: string; readonly figures: ModelFigures }[];
  readonly ensembleAccuracy: Figure;
  readonly compressionRatio: Figure;
  readonly retention: Figure;
  readonly agreement: Figure;
  /** By true class; null in rows of the overview. */
  readonly disagreement: readonly ClassDisagreement[] | null;
  readonly speedup: Figure;
  readonly trainingSeconds: Figure;
  readonly teacherSeconds: Figure;
  readonly savedSeconds: Figure;
  readonly energyJoules: Figure;
  readonly bestEpoch: Figure;
  readonly doubts: readonly Doubt[];
}

/** A recorded metric of the student, in short. */
export interface MetricSummary {
  readonly last: Figure;
  readonly lowest: Figure;
  readonly highest: Figure;
}

/** One run in the overview. Times are milliseconds since 1970. */
export interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  /** The same for runs that differ by their seed alone; names an entry of RunsSnapshot.configs. */
  readonly group: string;
  readonly strategy: string;
  /** The data, in a word or two. */
  readonly data: string;
  readonly seed: number;
  readonly state: RunState;
  readonly createdAt: number;
  readonly startedAt: Figure;
  readonly endedAt: Figure;
  /** Whether it can go on: `isResumable` of src/runs. */
  readonly resumable: boolean;
  /** What a running run does, and how far it is; null where it does not say. */
  readonly phase: string | null;
  /** 0…1 of the phase. */
  readonly progress: Figure;
  readonly remainingSeconds: Figure;
  /** Why a run failed, for people. */
  readonly problem: string | null;
  readonly tags: readonly string[];
  readonly note: string;
  readonly baseline: boolean;
  readonly figures: RunFigures;
  readonly metrics: Readonly<Record<string, MetricSummary>>;
}

export type ConfigValue = string | number | boolean | null | readonly unknown[];
/** Dotted keys to values. */
export type FlatConfig = Readonly<Record<string, ConfigValue>>;

export interface RunsSnapshot {
  readonly runs: readonly RunRow[];
  /** Resolved configurations by RunRow.group. */
  readonly configs: Readonly<Record<string, FlatConfig>>;
}

export interface RunsChanges {
  /** New rows and rows that are not as they were, whole. */
  readonly runs: readonly RunRow[];
  readonly configs: Readonly<Record<string, FlatConfig>>;
  readonly removed: readonly string[];
}

/** A figure over seeds. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  readonly deviation: Figure;
  readonly lowest: number;
  readonly highest: number;
}

export type FigureKey =
  | 'accuracy'
  | 'retention'
  | 'agreement'
  | 'macroF1'
  | 'loss'
  | 'perplexity'
  | 'calibrationError'
  | 'parameters'
  | 'bytes'
  | 'compressionRatio'
  | 'latencyMs'
  | 'speedup'
  | 'throughput'
  | 'trainingSeconds'
  | 'savedSeconds'
  | 'energyJoules';

export type TeacherFigureKey =
  | 'accuracy'
  | 'loss'
  | 'parameters'
  | 'bytes'
  | 'latencyMs'
  | 'throughput'
  | 'macroF1'
  | 'calibrationError'
  | 'perplexity';

/** A beginning of a test text, how the text goes on, and how each model does, by its name. */
export interface Continuation {
  readonly prompt: string;
  readonly reference: string;
  readonly texts: Readonly<Record<string, string>>;
}

export interface ComparedGroup {
  readonly key: string;
  readonly label: string;
  readonly experiment: string;
  readonly strategy: string;
  readonly variant: number;
  readonly runs: readonly string[];
  readonly counted: readonly RunFigures[];
  readonly seeds: readonly number[];
  readonly allSeeds: readonly number[];
  readonly deviceKinds: readonly string[];
  readonly candidates: readonly {
    readonly name: string;
    readonly accuracy: Spread | null;
    readonly parameters: Spread | null;
    readonly bytes: Spread | null;
    readonly latencyMs: Spread | null;
  }[];
  readonly ensembleAccuracy: Spread | null;
  /** Of language models: how texts of the test set go on, in the run of one seed. */
  readonly samples: { readonly seed: number; readonly continuations: readonly Continuation[] } | null;
  /** Of all counted runs, each message once. */
  readonly doubts: readonly Doubt[];
  readonly figures: Readonly<Record<FigureKey, Spread | null>>;
}

export interface ComparedTeacher {
  readonly key: string;
  readonly label: string;
  readonly groups: readonly string[];
  readonly figures: Readonly<Record<TeacherFigureKey, Spread | null>>;
  readonly confusion: readonly (readonly number[])[] | null;
  readonly reliability: readonly ReliabilityBin[] | null;
}

export interface ComparedVerdict {
  readonly group: string;
  readonly baseline: string | null;
  readonly metric: 'accuracy' | 'loss';
  readonly outcome: 'BEATS' | 'DOES NOT BEAT' | 'INCONCLUSIVE';
  /** What the differences show, more closely: see src/compare/verdicts/verdict-rule.ts. */
  readonly finding: string;
  readonly pairs: readonly {
    readonly seed: number;
    readonly run: string;
    readonly baselineRun: string;
    readonly value: number;
    readonly baselineValue: number;
    readonly difference: number;
  }[];
  readonly mean: Figure;
  readonly deviation: Figure;
  readonly interval: readonly [number, number] | null;
  readonly confidence: number;
  readonly relevantGain: number;
  readonly reason: string;
  readonly notes: readonly string[];
  readonly seedsNeeded: Figure;
}

export interface ComparedAdvice {
  readonly rule: string;
  readonly tone: 'good' | 'caution' | 'next';
  readonly subjects: readonly string[];
  readonly headline: string;
  readonly text: string;
  readonly about: readonly string[];
  readonly evidence: readonly { readonly label: string; readonly value: string; readonly of: string }[];
}

/** What was measured on the same data and task: keys of groups and teachers, and ids of runs. */
export interface ComparedSection {
  readonly key: string;
  readonly title: string;
  readonly task: string;
  readonly groups: readonly string[];
  readonly teachers: readonly string[];
  readonly runs: readonly string[];
  readonly differences: ComparisonData['differences'];
}

/** What compareRuns() of src/compare/figures.ts makes of the runs, as it is. */
export interface ComparisonData {
  readonly runs: readonly RunFigures[];
  readonly teachers: readonly ComparedTeacher[];
  readonly groups: readonly ComparedGroup[];
  readonly verdicts: readonly ComparedVerdict[];
  /** Settings that differ, each as text per group. */
  readonly differences: readonly { readonly key: string; readonly texts: readonly string[] }[];
  readonly advice: readonly ComparedAdvice[];
  readonly sections: readonly ComparedSection[];
}

/** Points of one curve, by rising step; the four lists are of one length. */
export interface CurveData {
  readonly run: string;
  /** student, teacher, or a peer or exit by name. */
  readonly model: string;
  readonly metric: string;
  readonly steps: readonly number[];
  readonly epochs: readonly number[];
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  readonly values: readonly Figure[];
}

/** A model of a run with all that was measured of it: the student, the teacher, exits and peers. */
export interface MeasuredModel {
  readonly name: string;
  readonly role: 'student' | 'teacher' | 'exit' | 'peer' | 'ensemble';
  readonly figures: ModelFigures;
}

export type ParameterPath = readonly (string | number)[];

/** A hyperparameter of a run as a cell to edit: what src/experiment/hyperparameters.ts says of it. */
export interface ParameterRow {
  readonly path: ParameterPath;
  readonly name: string;
  readonly value: unknown;
  readonly default: unknown;
  readonly changed: boolean;
  readonly description: string;
  readonly type: 'integer' | 'number' | 'boolean' | 'text' | 'choice' | 'list';
  /** What may be written, in words. */
  readonly expected: string;
  readonly choices?: readonly { readonly value: string; readonly description?: string }[];
  /** Whether an empty cell means none. */
  readonly clearable: boolean;
}

/** An event of a run, in words. */
export interface EventLine {
  readonly seq: number;
  readonly time: number;
  readonly type: string;
  readonly text: string;
}

export interface RunDetail {
  readonly run: string;
  readonly parameters: readonly ParameterRow[];
  /** Whether the experiment file is still there to write to. */
  readonly writable: boolean;
  readonly file: string;
  readonly directory: string;
  readonly environment: readonly { readonly label: string; readonly value: string }[];
  readonly checkpoints: readonly { readonly epoch: number; readonly best: boolean; readonly path: string }[];
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly models: readonly MeasuredModel[];
  /** By true class; null where nothing was classified by both. */
  readonly disagreement: readonly ClassDisagreement[] | null;
  readonly continuations: readonly Continuation[];
  /** Names of the recorded curves. */
  readonly curves: readonly { readonly model: string; readonly metric: string }[];
  /** The latest events, oldest first. */
  readonly events: readonly EventLine[];
  /** The last lines of worker.log. */
  readonly log: string;
}

/** What a part of a machine does just now; null where it does not tell. */
export interface Usage {
  readonly name: string;
  /** 0…1. */
  readonly load: Figure;
  /** Bytes. */
  readonly memoryUsed: Figure;
  readonly memoryTotal: Figure;
  /** Watts. */
  readonly power: Figure;
}

/** The machine as a whole, whoever uses it, and the worker of the run. */
export interface MachineUsage {
  readonly processor: Usage;
  readonly gpus: readonly Usage[];
  /** Processor cores that the worker keeps busy, and its memory in bytes. */
  readonly worker: { readonly cores: Figure; readonly memory: Figure };
}

export interface ConfigEdit {
  readonly path: ParameterPath;
  /** undefined removes what is written. */
  readonly value: unknown;
}

/** What the page asks, and what it is answered. */
export interface Requests {
  compare: { parameters: { readonly runs: readonly string[] }; result: ComparisonData };
  /** At most `points` points of each curve; those of all metrics where none are named. */
  curves: {
    parameters: {
      readonly runs: readonly string[];
      readonly metrics: readonly string[] | null;
      readonly points: number;
    };
    result: readonly CurveData[];
  };
  run: { parameters: { readonly run: string }; result: RunDetail };
  /** Reads what was typed into a cell: the value to write, or what is wrong with it. */
  parseValue: {
    parameters: { readonly run: string; readonly path: ParameterPath; readonly text: string };
    result: { readonly value?: unknown; readonly message?: string };
  };
  report: {
    parameters: { readonly format: 'csv' | 'markdown' | 'latex' | 'json'; readonly runs: readonly string[] };
    result: { readonly text: string };
  };
  /** What the machine does just now; null where the run is not at work on this one. */
  usage: { parameters: { readonly run: string }; result: MachineUsage | null };
}

export type Method = keyof Requests;

/** A command that says all by its name. */
export type Nothing = Readonly<Partial<Record<never, never>>>;

/** What the page wants done. Each names its runs; what comes of it arrives as changes, or as a `problem`. */
export interface Commands {
  /** The page listens, or is visible again. */
  ready: Nothing;
  /** The page shows these runs in depth: their points, events and log are wanted as they come. */
  watch: { readonly runs: readonly string[] };
  navigated: { readonly navigation: Navigation };
  /** How the page is set now; what kept-view.ts reads. */
  keepView: { readonly view: unknown };
  /** The saved views as they are now; what state/saved-views.ts reads. */
  saveViews: { readonly views: readonly unknown[] };
  newExperiment: Nothing;
  createSampleProject: Nothing;
  /** Tries again to read the runs of folders that could not be read. */
  readAgain: Nothing;
  /** Sets a database aside and reads runs from their folders; the host asks back before. */
  rebuild: Nothing;
  stop: { readonly runs: readonly string[] };
  cancel: { readonly runs: readonly string[] };
  resume: { readonly runs: readonly string[] };
  /** The host asks back before it removes. */
  remove: { readonly runs: readonly string[] };
  rename: { readonly run: string; readonly newName: string };
  note: { readonly run: string; readonly note: string };
  tag: { readonly run: string; readonly tags: readonly string[] };
  baseline: { readonly run: string; readonly baseline: boolean };
  /** Starts a copy of the run with these changes. */
  runChange: { readonly run: string; readonly edits: readonly ConfigEdit[] };
  /** Writes these changes into the experiment file, minimally, keeping its comments. */
  writeToFile: { readonly run: string; readonly edits: readonly ConfigEdit[] };
  openFile: { readonly run: string; readonly path: string };
  openExperiment: { readonly run: string };
  revealDirectory: { readonly run: string };
  copy: { readonly text: string };
  /** Copies an address that opens this run. */
  copyLink: { readonly run: string };
  saveReport: {
    readonly runs: readonly string[];
    readonly format: 'html' | 'csv' | 'markdown' | 'latex' | 'json';
  };
  saveFile: {
    readonly fileName: string;
    readonly content: string;
    readonly encoding: 'utf8' | 'base64';
  };
}

/** A folder whose runs cannot be read, and why. */
export interface UnreadableFolder {
  readonly name: string;
  readonly message: string;
  readonly remedy?: string;
}

/** What the host tells. */
export interface Notifications {
  snapshot: { readonly snapshot: RunsSnapshot };
  changes: { readonly changes: RunsChanges };
  /** Points that came since, of the watched runs. */
  points: { readonly curves: readonly CurveData[] };
  /** Events and log lines that came since, of a watched run. */
  events: { readonly run: string; readonly events: readonly EventLine[]; readonly log: string };
  navigate: { readonly navigation: Navigation };
  /** The saved views of the workspace: at first, and when any dashboard changed them. */
  views: { readonly views: readonly unknown[] };
  /** All folders whose runs cannot be read just now, and so are not among the rows. */
  unreadable: { readonly folders: readonly UnreadableFolder[] };
  /** Something the page asked for did not work. */
  problem: { readonly message: string; readonly remedy?: string };
}

type Named<Kind extends string, Names> = {
  [Name in keyof Names]: { readonly kind: Kind; readonly name: Name } & Names[Name];
}[keyof Names];

export type RequestMessage = {
  [Name in Method]: {
    readonly kind: 'request';
    readonly id: number;
    readonly method: Name;
    readonly parameters: Requests[Name]['parameters'];
  };
}[Method];
export type CommandMessage = Named<'command', Commands>;
export type PageMessage = RequestMessage | CommandMessage;

export type ResponseMessage =
  | { readonly kind: 'response'; readonly id: number; readonly result: unknown }
  | {
      readonly kind: 'response';
      readonly id: number;
      readonly error: { readonly message: string; readonly remedy?: string };
    };
export type NotificationMessage = Named<'notification', Notifications>;
export type HostMessage = ResponseMessage | NotificationMessage;
