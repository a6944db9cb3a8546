import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { processStart } from '../../../src/base/locks/process-identity.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import { program } from '../../program.ts';
import { describe, type Ended, start } from '../frame/command.ts';
import { Family } from '../frame/family.ts';
import type { Fault, Kind } from '../frame/kind.ts';
import type { Random } from '../frame/random.ts';
import { disagreements, leftoversIn, runsOf } from '../runs/data-directory.ts';
import { measured } from '../runs/real-runs.ts';

const fakeCli = () => program('test/cli/fake-cli.ts');

/** Several commands at once on one data directory, with workers that only pretend; nothing is lost, nobody is hurt. */
export const races: Kind = {
  name: 'races',
  title: 'several commands at once on one data directory',
  share: 4,
  async open(folder) {
    return {
      async run(number, random) {
        const place = join(folder, `race-${number}`);
        mkdirSync(place);
        const race = new Race(place, random);
        try {
          return await race.result();
        } finally {
          await race.close();
          await rm(place, { recursive: true, force: true, maxRetries: 3 });
        }
      },
      close: async () => {},
    };
  },
};

/** What was asked of a run by commands that say they did it. */
interface Expected {
  removed: boolean;
  tags: string[];
}

class Race {
  readonly faults: Fault[] = [];
  readonly #place: string;
  readonly #data: string;
  readonly #random: Random;
  readonly #family: Family;
  readonly #innocents: ChildProcess[] = [];
  readonly #expected = new Map<string, Expected>();
  readonly #said: string[] = [];
  #commands = 0;

  constructor(place: string, random: Random) {
    this.#place = place;
    this.#data = join(place, '.distillery');
    this.#random = random;
    this.#family = new Family(this.#data);
  }

  async result() {
    await this.#prepare();
    const plans = Array.from({ length: this.#random.between(4, 7) }, () => ({
      words: this.#anyCommand(),
      afterMs: this.#random.below(600),
    }));
    const ends = await Promise.all(
      plans.map(async ({ words, afterMs }) => {
        await pause(afterMs);
        return this.#give(words);
      }),
    );
    for (const end of ends) this.#note(end);
    await this.#settle();
    await this.#examine();
    const counts = { races: 1, commands: this.#commands };
    return { counts, ...measured(this, this.#family) };
  }

  async close(): Promise<void> {
    await this.#family.close();
    for (const child of this.#innocents) child.kill('SIGKILL');
  }

  /** Runs that have ended, one that trains, one that waits, and the lock of another machine that names a local process. */
  async #prepare(): Promise<void> {
    await this.#give(['run', this.#experiment(2, [1, 2]), '-c', '1']);
    await this.#give(['run', this.#experiment(this.#random.between(20, 120), [3, 4]), '--detach']);
    const runs = await runsOf(this.#data);
    for (const { id } of runs) this.#expected.set(id, { removed: false, tags: [] });
    for (const foreign of [true, false]) await this.#plantLock(this.#random.pick(runs), foreign);
  }

  /** A lock that names a process which has nothing to do with the run, as left behind by another machine or long ago. */
  async #plantLock(run: RunRecord, foreign: boolean): Promise<void> {
    const innocent = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 6e5)'], {
      detached: true,
      stdio: 'ignore',
    });
    this.#innocents.push(innocent);
    const { pid } = innocent;
    const lock = join(this.#data, 'runs', run.id, 'worker.lock');
    if (pid === undefined || existsSync(lock) || run.state === 'running' || run.state === 'queued') return;
    const start = foreign ? ((await processStart(pid)) ?? '') : 'another life';
    const owner = { pid, host: foreign ? 'another-machine' : hostname(), start };
    writeFileSync(lock, JSON.stringify({ owner, token: 'of the campaign' }));
  }

  #experiment(steps: number, seeds: readonly number[]): string {
    const file = join(this.#place, `race-${steps}.distill.json`);
    const experiment = {
      name: `Race ${steps}`,
      description: JSON.stringify({ steps, stepMs: 10 }),
      dataset: { kind: 'mnist', trainLimit: 200, testLimit: 100 },
      teacher: { model: { architecture: 'mlp', hidden: [64] } },
      student: { model: { architecture: 'mlp', hidden: [8] } },
      strategy: { kind: 'response' },
      seeds,
    };
    writeFileSync(file, JSON.stringify(experiment));
    return file;
  }

  #anyCommand(): string[] {
    const random = this.#random;
    const run = random.pick([...this.#expected.keys()]);
    const commands: (() => string[])[] = [
      () => ['run', this.#experiment(random.between(5, 60), [random.between(5, 9)])],
      () => ['runs'],
      () => ['show', run],
      () => ['stop', run],
      () => ['stop', '--kill', run],
      () => ['stop', '--kill', run],
      () => ['stop', '--discard', run],
      () => ['remove', run],
      () => ['label', run, '--tag', `t${random.below(1000)}`],
      () => ['resume', run],
      () => ['queue', '-c', `${random.between(1, 3)}`],
      () => ['compare'],
    ];
    return random.pick(commands)();
  }

  async #give(words: readonly string[]): Promise<Ended> {
    this.#commands++;
    const started = start(this.#family, fakeCli(), [...words, '--data-dir', this.#data], {
      cwd: this.#place,
    });
    const end = await started.ended;
    this.#said.push(describe(end));
    if (end.hung) this.#fault(`"${words[0]}" hangs`);
    else if (end.signal) this.#fault(`"${words[0]}" is killed`);
    if (/Distillery made a mistake|\n\s+at .*:\d+:\d+/.test(end.err))
      this.#fault(`"${words[0]}" ends with a stack: ${/^.*Error.*$/m.exec(end.err)?.[0] ?? ''}`);
    return end;
  }

  /** Holds a command to what it says it has done. */
  #note({ words, code }: Ended): void {
    const [command, run] = words;
    const expected = this.#expected.get(run!);
    if (code !== 0 || !expected) return;
    if (command === 'remove') expected.removed = true;
    if (command === 'label') expected.tags.push(words[3]!);
  }

  /** Starts what waits, until everything has ended. */
  async #settle(): Promise<void> {
    for (const deadline = performance.now() + 120_000; performance.now() < deadline; await pause(200)) {
      const left = (await runsOf(this.#data)).filter(
        ({ state }) => state === 'queued' || state === 'running',
      );
      if (left.length === 0) break;
      await this.#give([left.some(({ state }) => state === 'queued') ? 'queue' : 'runs']);
    }
    await this.#give(['runs']);
  }

  async #examine(): Promise<void> {
    const runs = new Map((await runsOf(this.#data)).map((run) => [run.id, run]));
    for (const [id, { removed, tags }] of this.#expected) {
      const run = runs.get(id);
      if (removed && run) this.#fault('a run that was removed came back');
      if (!removed && !run) this.#fault('a run is gone that nobody removed');
      const lost = run && tags.find((tag) => !run.tags.includes(tag));
      if (lost) this.#fault('a tag is lost');
    }
    for (const { state, id } of runs.values()) {
      if (state === 'queued' || state === 'running') this.#fault(`a run is ${state} for ever`);
      if (state === 'completed' && !readFileSync(this.#eventsOf(id), 'utf8').includes('"completed"'))
        this.#fault('a run is completed without saying so');
    }
    for (const child of this.#innocents)
      if (child.exitCode !== null || child.signalCode !== null) this.#fault('an innocent process was killed');
    for (const told of await disagreements(this.#data)) this.#fault(told);
    // The lock of a machine that cannot be asked stays until its silence has been long enough.
    const planted = /worker\.lock$/;
    for (const path of leftoversIn(this.#data)) if (!planted.test(path)) this.#fault(`left behind: ${path}`);
  }

  #eventsOf = (id: string) => join(this.#data, 'runs', id, 'events.jsonl');

  #fault(what: string): void {
    const general = what
      .replace(/\d{8}-\d{6}-[a-z0-9-]+/g, 'RUN')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d{3,}/g, '…');
    this.faults.push({ what: general, detail: `${what}\n${this.#said.join('\n')}` });
  }
}
