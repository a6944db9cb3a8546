import * as z from 'zod/mini';
import { answerPage, answerQuestion, answersOfRun, shownSample } from './answers.ts';
import { comparisonData } from './comparison.ts';
import { curve, eventLine, machineUsage, path, runDetail } from './detail.ts';
import { runsChanges, runsSnapshot } from './rows.ts';
import { anything, type Fitting, fits, flag, number, type Schema, text, texts } from './schema.ts';

/**
 * What the dashboard's page and the extension say to each other. Three kinds of message:
 *
 * - a request of the page, which the host answers once, by its id;
 * - a command of the page, which has no answer;
 * - a notification of the host.
 *
 * A page that becomes visible, or is new, sends the command `ready`; the host answers with a whole `snapshot` and sends
 * `changes` from then on, at most ten a second. It sends nothing to a hidden page. Each side checks what arrives by these
 * schemas, drops a message of another shape and says so in its log.
 */

/** Where the page is; kept over reloads, and sent by the host to lead it somewhere. */
const navigation = z.discriminatedUnion('view', [
  z.object({ view: z.literal('overview') }),
  z.object({ view: z.literal('compare'), runs: texts }),
  z.object({ view: z.literal('run'), run: text }),
]);
export type Navigation = Fitting<typeof navigation>;

const edit = z.object({
  path,
  /** undefined removes what is written. */
  value: anything,
});
export type ConfigEdit = Fitting<typeof edit>;

/** A folder whose runs cannot be read, and why. */
const unreadableFolder = z.object({ name: text, message: text, remedy: z.optional(text) });
export type UnreadableFolder = Fitting<typeof unreadableFolder>;

const run = { run: text };
const runs = { runs: texts };
const edits = { run: text, edits: z.array(edit) };
/** Of a message that says all by its name. */
const nothing: Schema<Readonly<Partial<Record<never, never>>>> = z.object({});

/** What the page asks, and what it is answered. */
const requests = {
  compare: { parameters: z.object(runs), result: comparisonData },
  /** At most `points` points of each curve; those of all metrics where none are named. */
  curves: {
    parameters: z.object({ runs: texts, metrics: z.nullable(texts), points: number }),
    result: z.array(curve),
  },
  run: { parameters: z.object(run), result: runDetail },
  /** Reads what was typed into a cell: the value to write, or what is wrong with it. */
  parseValue: {
    parameters: z.object({ run: text, path, text }),
    result: z.object({ value: anything, message: z.optional(text) }),
  },
  report: {
    parameters: z.object({ format: z.enum(['csv', 'markdown', 'latex', 'json']), runs: texts }),
    result: z.object({ text }),
  },
  /** Which of these runs kept what their models answered. */
  answerSources: { parameters: z.object(runs), result: z.array(answersOfRun) },
  /** Null where the data takes long to be searched: to be asked again. */
  answers: { parameters: answerQuestion, result: z.nullable(answerPage) },
  /** Test samples of a run, to look at. Null where its data takes long to be read: to be asked again. */
  samples: {
    parameters: z.object({ run: text, positions: z.array(number) }),
    result: z.nullable(z.array(shownSample)),
  },
  /** What the machine does just now; null where the run is not at work on this one. */
  usage: { parameters: z.object(run), result: z.nullable(machineUsage) },
};

/** What the page wants done. Each names its runs; what comes of it arrives as changes, or as a `problem`. */
const commands = {
  /** The page listens, or is visible again. */
  ready: nothing,
  /** The page shows these runs in depth: their points, events and log are wanted as they come. */
  watch: z.object(runs),
  navigated: z.object({ navigation }),
  /** How the page is set now; what kept-view.ts reads. */
  keepView: z.object({ view: anything }),
  /** The saved views as they are now; what state/saved-views.ts reads. */
  saveViews: z.object({ views: z.array(z.unknown()) }),
  newExperiment: nothing,
  createSampleProject: nothing,
  /** Tries again to read the runs of folders that could not be read. */
  readAgain: nothing,
  /** Sets a database aside and reads runs from their folders; the host asks back before. */
  rebuild: nothing,
  stop: z.object(runs),
  cancel: z.object(runs),
  resume: z.object(runs),
  /** The host asks back before it removes. */
  remove: z.object(runs),
  rename: z.object({ run: text, newName: text }),
  note: z.object({ run: text, note: text }),
  tag: z.object({ run: text, tags: texts }),
  baseline: z.object({ run: text, baseline: flag }),
  /** Starts a copy of the run with these changes. */
  runChange: z.object(edits),
  /** Writes these changes into the experiment file, minimally, keeping its comments. */
  writeToFile: z.object(edits),
  openFile: z.object({ run: text, path: text }),
  openExperiment: z.object(run),
  revealDirectory: z.object(run),
  /** Asks for formats and a folder. */
  exportStudent: z.object(run),
  /** Shows a folder that an export of the run wrote. */
  revealExport: z.object({ run: text, folder: text }),
  copy: z.object({ text }),
  /** Copies an address that opens this run. */
  copyLink: z.object(run),
  saveReport: z.object({ runs: texts, format: z.enum(['html', 'csv', 'markdown', 'latex', 'json']) }),
  saveFile: z.object({ fileName: text, content: text, encoding: z.enum(['utf8', 'base64']) }),
};

const problem = z.object({ message: text, remedy: z.optional(text) });

/** What the host tells. */
const notifications = {
  snapshot: z.object({ snapshot: runsSnapshot }),
  changes: z.object({ changes: runsChanges }),
  /** Points that came since, of the watched runs. */
  points: z.object({ curves: z.array(curve) }),
  /** Events and log lines that came since, of a watched run. */
  events: z.object({ run: text, events: z.array(eventLine), log: text }),
  navigate: z.object({ navigation }),
  /** The saved views of the workspace: at first, and when any dashboard changed them. */
  views: z.object({ views: z.array(z.unknown()) }),
  /** All folders whose runs cannot be read just now, and so are not among the rows. */
  unreadable: z.object({ folders: z.array(unreadableFolder) }),
  /** Something the page asked for did not work. */
  problem,
};

export type Method = keyof typeof requests;
export type Requests = {
  [Name in Method]: {
    readonly parameters: Fitting<(typeof requests)[Name]['parameters']>;
    readonly result: Fitting<(typeof requests)[Name]['result']>;
  };
};
export type Commands = { [Name in keyof typeof commands]: Fitting<(typeof commands)[Name]> };
export type Notifications = { [Name in keyof typeof notifications]: Fitting<(typeof notifications)[Name]> };

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
  | { readonly kind: 'response'; readonly id: number; readonly error: Fitting<typeof problem> };
export type NotificationMessage = Named<'notification', Notifications>;
export type HostMessage = ResponseMessage | NotificationMessage;

const keysOf = <Table extends object>(table: Table) =>
  z.enum(Object.keys(table) as [keyof Table & string, ...(keyof Table & string)[]]);

const aRequest = z.object({
  kind: z.literal('request'),
  id: number,
  method: keysOf(requests),
  parameters: z.unknown(),
});
const aCommand = z.object({ kind: z.literal('command'), name: keysOf(commands) });
const aNotification = z.object({ kind: z.literal('notification'), name: keysOf(notifications) });
const aResponse = z.object({ kind: z.literal('response'), id: number });
const anError = z.object({ error: problem });

const fitsOneOf = (schema: z.ZodMiniType, value: unknown): boolean => fits(schema, value);

/** Whether a value is a place in the dashboard; the host asks it of what a serializer kept. */
export const isNavigation = (value: unknown): value is Navigation => fits(navigation, value);

/** Whether a message that reached the host is one of the page. */
export function isPageMessage(message: unknown): message is PageMessage {
  if (fits(aRequest, message)) return fitsOneOf(requests[message.method].parameters, message.parameters);
  return fits(aCommand, message) && fitsOneOf(commands[message.name], message);
}

/** Whether a message that reached the page is one of the host. What a response carries, isResult() tells. */
export function isHostMessage(message: unknown): message is HostMessage {
  if (fits(aResponse, message)) return 'error' in message ? fits(anError, message) : 'result' in message;
  return fits(aNotification, message) && fitsOneOf(notifications[message.name], message);
}

/** Whether a response's result is what the method promises. */
export function isResult<Name extends Method>(
  method: Name,
  result: unknown,
): result is Requests[Name]['result'] {
  return fitsOneOf(requests[method].result, result);
}
