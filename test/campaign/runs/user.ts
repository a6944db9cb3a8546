import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import { program } from '../../program.ts';
import { describe, type Ended, type Started, type StartOptions, start } from '../frame/command.ts';
import type { Family } from '../frame/family.ts';
import type { Fault } from '../frame/kind.ts';
import { runsOf } from './data-directory.ts';
import { fileOf } from './project.ts';

/** Somebody's run comes to its end within this, whatever was killed; a claim alone holds for half a minute. */
const patienceMs = 180_000;

/** Somebody at a terminal who wants one run of an experiment to come to its end, and does what the program says. */
export class User {
  readonly faults: Fault[] = [];
  /** Commands given so far. */
  commands = 0;
  readonly dataDirectory: string;
  readonly #family: Family;
  readonly #project: string;
  readonly #experiment: string;
  readonly #said: string[] = [];

  constructor(family: Family, project: string, dataDirectory: string, experiment: string) {
    this.#family = family;
    this.#project = project;
    this.dataDirectory = dataDirectory;
    this.#experiment = experiment;
  }

  /** Gives a command. What it says when it has ended is looked at; an error must be one for people. */
  start(words: readonly string[], options: StartOptions = {}): Started {
    this.commands++;
    const all = [...words, '--data-dir', this.dataDirectory];
    const command = program('test/campaign/programs/real-cli.ts');
    const started = start(this.#family, command, all, { cwd: this.#project, ...options });
    const ended = started.ended.then((end) => {
      this.#said.push(describe(end));
      this.#check(end);
      return end;
    });
    return { process: started.process, ended };
  }

  run = (options: StartOptions = {}): Started =>
    this.start(
      ['run', fileOf(this.#project, this.#experiment), '--json', '-c', `${availableParallelism()}`],
      options,
    );

  /**
   * What to do next.
   * @returns the run where it is completed; else a command that was given, which may be one to look only
   */
  async next(options: StartOptions = {}): Promise<RunRecord | Started> {
    const [run] = await runsOf(this.dataDirectory);
    switch (run?.state) {
      case undefined:
        return this.run(options);
      case 'completed':
        return run;
      case 'queued':
        return this.start(['queue'], options);
      case 'running':
        await pause(300);
        return this.start(['runs'], options);
      default:
        return this.start(['resume', run!.id, '--json'], options);
    }
  }

  /** Goes on until the run is completed. @returns undefined, with the fault told, where it never is */
  async untilCompleted(options: StartOptions = {}): Promise<RunRecord | undefined> {
    for (const deadline = performance.now() + patienceMs; performance.now() < deadline; ) {
      const next = await this.next(options);
      if ('id' in next) {
        // Looks once more, as people do, and so sweeps up.
        await this.start(['runs'], options).ended;
        return next;
      }
      await next.ended;
    }
    this.fault('the run does not come to its end');
    return undefined;
  }

  fault(what: string): void {
    this.faults.push({ what: general(what), detail: `${what}\n${this.#said.slice(-12).join('\n')}` });
  }

  directoryOf = (run: RunRecord) => join(this.dataDirectory, 'runs', run.id);

  #check(end: Ended): void {
    if (end.hung) this.fault(`"${end.words[0]}" hangs`);
    if (/Distillery made a mistake|\n\s+at .*:\d+:\d+/.test(end.err))
      this.fault(`"${end.words[0]}" ends with a stack: ${/^.*Error.*$/m.exec(end.err)?.[0] ?? ''}`);
    for (const line of end.out
      .split('\n')
      .filter((text) => text.startsWith('{') && text.includes('"failed"'))) {
      const event = parsed(line);
      if (event?.type !== 'failed') continue;
      if (event.remedy === undefined) this.fault(`a run fails without a remedy: ${event.message}`);
    }
  }
}

/** Names of runs, caches and processes are left out, so that two faults of one cause read the same. */
const general = (what: string) =>
  what
    .replace(/\d{8}-\d{6}-[a-z0-9-]+/g, 'RUN')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{16}\b|\d{3,}/g, '…');

function parsed(line: string): { type?: string; remedy?: string; message?: string } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
