import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ExperimentName } from '../runs/project.ts';
import { RealRuns } from '../runs/real-runs.ts';
import { closeFamilies } from './family.ts';
import { unlessInterrupted } from './interruption.ts';
import type { CaseResult, Fault, Kind, KindOptions, OpenKind } from './kind.ts';
import { Random } from './random.ts';

export interface CampaignOptions extends Omit<KindOptions, 'runs'> {
  /** Which real runs are disturbed; all where they are left out. */
  readonly experiments?: readonly ExperimentName[];
  readonly kinds: readonly Kind[];
  readonly minutes: number;
  /** Only this case of the only kind. */
  readonly only?: number;
  /** At most so many cases of each kind. */
  readonly most?: number;
  /** No case may be silent for longer; ten seconds where it is left out. */
  readonly mostSilenceMs?: number;
  readonly tell?: (line: string) => void;
}

/** A case whose processes were ended under it comes to its end within this. */
const endingMs = 15_000;
/** No process may take more, resident. */
const mostBytes = 2 * 2 ** 30;

/** What became of all cases of a kind. */
export interface Tally {
  readonly kind: Kind;
  /** Why none was tried, where the machine lacks something. */
  readonly lacking?: string;
  cases: number;
  readonly counts: Record<string, number>;
  readonly parts: Record<string, number>;
  readonly faults: (Fault & { readonly number: number })[];
  peakBytes: number;
  longestSilenceMs: number;
  milliseconds: number;
}

interface Course {
  readonly tally: Tally;
  readonly kind: OpenKind | undefined;
  next: number;
}

/**
 * Tries cases of all kinds, one after another, until the time is over. The time is divided by the shares of the kinds.
 * What a case does follows from the seed, its kind and its number alone. Where it is interrupted, the case that is being
 * tried is ended and not counted.
 */
export async function campaign(options: CampaignOptions): Promise<Tally[]> {
  const folder = mkdtempSync(join(tmpdir(), 'distillery-campaign-'));
  const courses: Course[] = [];
  try {
    const runs = new RealRuns(join(folder, 'runs'), options.experiments);
    for (const kind of options.kinds) courses.push(await open(kind, folder, { ...options, runs }));
    const deadline = performance.now() + 60_000 * options.minutes;
    for (;;) {
      const course = dueCourse(courses, options);
      if (!course || performance.now() > deadline || options.stop?.aborted) break;
      await tryCase(course, options);
    }
  } finally {
    for (const { kind } of courses) await kind?.close();
    remove(folder, options);
  }
  return courses.map(({ tally }) => tally);
}

/** What an interrupted case still holds is no reason to say nothing of all others. */
function remove(folder: string, { stop, tell }: CampaignOptions): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    if (!stop?.aborted) throw error;
    tell?.(`${folder} is left behind: ${(error as Error).message}`);
  }
}

async function open(kind: Kind, folder: string, options: CampaignOptions & KindOptions): Promise<Course> {
  const own = join(folder, kind.name);
  mkdirSync(own);
  const opened = await kind.open(own, options);
  const lacking = typeof opened === 'string' ? opened : undefined;
  if (lacking !== undefined) options.tell?.(`${kind.name}: not tried, for ${lacking}`);
  const tally = {
    kind,
    ...(lacking !== undefined && { lacking }),
    cases: 0,
    counts: {},
    parts: {},
    faults: [],
    peakBytes: 0,
    longestSilenceMs: 0,
    milliseconds: 0,
  };
  return { tally, kind: typeof opened === 'string' ? undefined : opened, next: options.only ?? 0 };
}

/** The kind that has had the least of its share; undefined where all are done. */
function dueCourse(
  courses: readonly Course[],
  { only, most = Infinity }: CampaignOptions,
): Course | undefined {
  const left = courses.filter(
    ({ kind, tally }) => kind && !kind.done && tally.cases < (only === undefined ? most : 1),
  );
  return left.sort((one, other) => spent(one) - spent(other))[0];
}

const spent = ({ tally }: Course) => tally.milliseconds / tally.kind.share;

async function tryCase(
  course: Course,
  { seed, mostSilenceMs = 10_000, tell, stop }: CampaignOptions,
): Promise<void> {
  const { tally } = course;
  const number = course.next++;
  const begun = performance.now();
  const running = course
    .kind!.run(number, new Random(seed, tally.kind.name, number))
    .catch((error: Error): CaseResult => {
      const detail = error.stack ?? error.message;
      const fault = { what: `the campaign itself fails: ${error.message}`, detail };
      return { counts: {}, faults: [fault], peakBytes: 0, longestSilenceMs: 0 };
    });
  const result = await unlessInterrupted(running, stop);
  tally.milliseconds += performance.now() - begun;
  if (!result || stop?.aborted) {
    await endOf(running);
    return;
  }
  tally.cases++;
  add(tally.counts, result.counts);
  add(tally.parts, result.parts ?? {});
  tally.peakBytes = Math.max(tally.peakBytes, result.peakBytes);
  tally.longestSilenceMs = Math.max(tally.longestSilenceMs, result.longestSilenceMs);
  for (const fault of [...result.faults, ...boundsPassed(result, mostSilenceMs)]) {
    tally.faults.push({ ...fault, number });
    tell?.(`FAULT in ${tally.kind.name} ${number}: ${fault.what}\n${fault.detail}\n`);
  }
  tell?.(`${tally.kind.name} ${number}: ${wordsOf(result, performance.now() - begun)}`);
}

/** Ends the processes of a case, and waits for what it does then: it may have something to unmount. */
async function endOf(running: Promise<unknown>): Promise<void> {
  await closeFamilies();
  const over = new AbortController();
  await Promise.race([running, pause(endingMs, undefined, { signal: over.signal })]);
  over.abort();
}

function add(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}

function boundsPassed({ peakBytes, longestSilenceMs }: CaseResult, mostSilenceMs: number): Fault[] {
  const passed: Fault[] = [];
  if (peakBytes > mostBytes)
    passed.push({ what: 'a process takes more than 2 GiB', detail: `${peakBytes} bytes` });
  if (longestSilenceMs > mostSilenceMs)
    passed.push({
      what: `no process gives a sign of life for ${mostSilenceMs / 1000} seconds`,
      detail: `${longestSilenceMs} ms`,
    });
  return passed;
}

const wordsOf = (
  { counts, parts = {}, peakBytes, longestSilenceMs }: CaseResult,
  milliseconds: number,
): string =>
  [
    ...Object.keys(parts),
    ...Object.entries(counts).map(([name, count]) => `${count} ${name}`),
    `${Math.round(peakBytes / 2 ** 20)} MiB`,
    `silent for ${(longestSilenceMs / 1000).toFixed(1)} s`,
    `${(milliseconds / 1000).toFixed(1)} s`,
  ].join(', ');
