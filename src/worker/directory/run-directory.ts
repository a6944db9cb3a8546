import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { answersFileName } from '../../answers/answers-file.ts';
import { fileProblem } from '../../base/file-problem.ts';
import { nestingOfJson } from '../../base/nesting.ts';
import { openRegular, readRegularSync, requireRealFolder } from '../../base/regular-file.ts';
import { replaceFile } from '../../base/replace-file.ts';
import { UserError } from '../../base/user-error.ts';
import { fromStored, type RunRequest, storedRequestSchema, toStored } from './run-request.ts';

/** Of experiment.json; an experiment is a few kilobytes. It is read at once, by the editor too. */
const mostRequestBytes = 1 << 20;
/** Of what a run is to say of its early end, in bytes. */
const longestReason = 10_000;
/** An experiment nests a handful deep. */
const deepest = 100;

/** What of a run directory only serves its worker: requests, locks, room set aside, and files that are half written. */
const passing = [/^control\//, /\.lock(\.|$)/, /\.reserve$/, /\.\d+\.(tmp|old)(\/|$)/, /\.json\.\d+$/];

/** Whether a file of a run directory is none of what the run made. `path` is within the directory, with '/' between folders. */
export const isPassing = (path: string): boolean => passing.some((shape) => shape.test(path));

/** A request to a worker: 'stop' keeps what is needed to resume, 'cancel' does not. */
export type ControlRequest = 'stop' | 'cancel';

/**
 * Where things lie in a run directory: all that passes between a worker and whoever launched it, so that a run
 * survives both, and moves to another machine by being copied.
 */
export class RunDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** The data directory it lies in; a run directory that was taken out of one is its own. */
  get dataDirectory(): string {
    const runs = dirname(this.path);
    return basename(runs) === 'runs' ? dirname(runs) : this.path;
  }

  /** The resolved experiment, frozen when the run was made. */
  get requestFile(): string {
    return join(this.path, 'experiment.json');
  }

  /** Append-only; the source of truth of the run. */
  get eventsFile(): string {
    return join(this.path, 'events.jsonl');
  }

  get controlDirectory(): string {
    return join(this.path, 'control');
  }

  get checkpointsDirectory(): string {
    return join(this.path, 'checkpoints');
  }

  /** The finished student: config.json, model.safetensors, README.md. */
  get studentDirectory(): string {
    return join(this.path, 'student');
  }

  /** Further models of the run, a folder for each, laid out as the student's. */
  get candidatesDirectory(): string {
    return join(this.path, 'candidates');
  }

  /** What the run exported of itself at its end. */
  get exportDirectory(): string {
    return join(this.path, 'export');
  }

  /** What the worker prints; its launcher writes it. */
  get logFile(): string {
    return join(this.path, 'worker.log');
  }

  /** Held by the worker while it runs, so that two never write into one run. */
  get lockFile(): string {
    return join(this.path, 'worker.lock');
  }

  /** What its models answered to each test sample. */
  get answersFile(): string {
    return join(this.path, answersFileName);
  }

  controlFile(request: ControlRequest | 'drop'): string {
    return join(this.controlDirectory, request);
  }

  /** Makes the directory of a new run. @throws UserError if the place cannot be written or the disk is full. */
  async create(request: RunRequest): Promise<void> {
    try {
      await mkdir(this.controlDirectory, { recursive: true });
      await replaceFile(
        this.requestFile,
        `${JSON.stringify(toStored(request, this.dataDirectory), undefined, 2)}\n`,
      );
    } catch (error) {
      throw fileProblem(error, this.path);
    }
  }

  /** @throws UserError if the request is missing or does not say what a worker needs. */
  readRequest(): RunRequest {
    const remedy =
      'Run the experiment again; experiment.json is written by Distillery and not meant to be edited.';
    const place = this.requestFile;
    let content: unknown;
    try {
      const text = readRegularSync(place, mostRequestBytes).toString('utf8');
      if (nestingOfJson(text) > deepest) throw new SyntaxError(`it nests more than ${deepest} deep`);
      content = JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw fileProblem(error, place);
      throw new UserError(`${place} is not valid JSON: ${error.message}.`, { remedy, place });
    }
    const result = storedRequestSchema.safeParse(content);
    if (result.success) return fromStored(result.data, this.dataDirectory);
    const problems = result.error.issues.map(
      ({ path, message }) => `${path.length ? path.join('.') : 'the whole file'}: ${message}`,
    );
    throw new UserError(`${place} does not describe a run: ${problems.join('; ')}.`, { remedy, place });
  }

  /** @throws UserError where a link stands in its place: what is written through it would be written elsewhere. */
  async requireReal(): Promise<void> {
    await requireRealFolder(this.path).catch((error: unknown) => {
      throw fileProblem(error, this.path);
    });
  }

  /**
   * @throws UserError where a link stands in the place of a folder that the run writes into: of its own, or of those that
   * all runs share. It would lead elsewhere.
   */
  async requireOwnFolders(): Promise<void> {
    const shared = ['teachers', 'cache'].map((name) => join(this.dataDirectory, name));
    const within = await Promise.all(shared.map(linksIn));
    for (const folder of [
      this.controlDirectory,
      this.checkpointsDirectory,
      this.studentDirectory,
      this.candidatesDirectory,
      this.exportDirectory,
      ...shared,
      ...within.flat(),
    ])
      await requireRealFolder(folder).catch((error: unknown) => {
        throw fileProblem(error, folder);
      });
  }

  /** Whether somebody deleted the run. A disk that does not answer for a moment, or one lost file, is no deletion. */
  isDeleted(): boolean {
    return [this.requestFile, this.eventsFile].every((file) => {
      try {
        return statSync(file, { throwIfNoEntry: false }) === undefined;
      } catch {
        return false;
      }
    });
  }

  /** Asks the worker to end; it hears of it within a step. */
  request(request: ControlRequest): Promise<void> {
    return this.#request(request, '');
  }

  /** Asks the worker to end while it trains the student, as a sweep does. @param because what the run is to say of it */
  requestDrop(because: string): Promise<void> {
    return this.#request('drop', because);
  }

  /** Why the run was asked to end early. */
  dropReason(): string {
    try {
      return readRegularSync(this.controlFile('drop'), longestReason).toString('utf8').trim();
    } catch {
      // Taken back, or longer than anybody of ours writes it.
      return '';
    }
  }

  async #request(request: ControlRequest | 'drop', text: string): Promise<void> {
    await this.requireReal();
    try {
      await requireRealFolder(this.controlDirectory);
      await mkdir(this.controlDirectory, { recursive: true });
      if (text !== '') return await replaceFile(this.controlFile(request), text);
      await (await openRegular(this.controlFile(request), 'replace')).close();
    } catch (error) {
      throw fileProblem(error, this.controlDirectory);
    }
  }

  /** What was asked of a worker that has not answered yet. */
  requested(): ControlRequest | undefined {
    return (['cancel', 'stop'] as const).find((request) => existsSync(this.controlFile(request)));
  }

  /** Deletes all that a cancelled run could go on from, and what it made. */
  async discard(): Promise<void> {
    for (const path of [
      this.checkpointsDirectory,
      this.studentDirectory,
      this.candidatesDirectory,
      this.exportDirectory,
      this.answersFile,
    ])
      await rm(path, { recursive: true, force: true });
  }

  /** Forgets requests; to be called before a run is resumed, lest it heed those of its former life. */
  async clearRequests(): Promise<void> {
    for (const request of ['stop', 'cancel', 'drop'] as const)
      await rm(this.controlFile(request), { force: true });
  }
}

/** Links among what lies in a folder; none where there is no such folder. */
async function linksIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => join(folder, name));
}
