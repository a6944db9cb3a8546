import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lacks } from '../machine/lacks.ts';
import { campaign } from './frame/campaign.ts';
import { start } from './frame/command.ts';
import { Family } from './frame/family.ts';
import { unlessInterrupted } from './frame/interruption.ts';
import type { CaseResult, Kind } from './frame/kind.ts';
import { report } from './frame/report.ts';
import { RunQueue } from './frame/run-queue.ts';
import { Silence } from './frame/silence.ts';

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'distillery-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Lets the system tell that a thread has waited for a processor, in milliseconds. */
function waits(processes: string, pid: number, thread: number, milliseconds: number): void {
  const folder = join(processes, `${pid}`, 'task', `${thread}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'schedstat'), `123456789 ${milliseconds * 1e6} 42\n`);
}

test('silence counts only while no thread waits for a processor', (t) => {
  const processes = temporary(t);
  let now = 1000;
  waits(processes, 7, 7, 50_000);
  const silence = new Silence(new RunQueue(processes), () => now);
  silence.look([7]);
  silence.sign();
  now += 12_000;
  silence.look([7]);
  assert.equal(silence.ms, 12_000, 'it had a processor, and said nothing');
  waits(processes, 7, 7, 59_000);
  assert.equal(silence.ms, 3000, 'for nine seconds it had none');
  waits(processes, 7, 8, 11_000);
  assert.equal(silence.ms, 1000, 'one of its threads had none for eleven');
  silence.sign();
  assert.equal(silence.longestMs, 1000);
  now += 500;
  assert.equal(silence.ms, 500, 'what it waited before does not count');
  silence.sign();
  assert.equal(silence.longestMs, 1000);
});

test('a thread that has ended is remembered, and a system that tells nothing excuses nobody', (t) => {
  const processes = temporary(t);
  const queue = new RunQueue(processes);
  waits(processes, 7, 8, 4000);
  queue.look([7]);
  rmSync(join(processes, '7'), { recursive: true });
  queue.look([7]);
  assert.equal(queue.longestMs, 4000);
  queue.restart();
  queue.look([7]);
  assert.equal(queue.longestMs, 0);
});

const nothing: CaseResult = { counts: { tries: 1 }, faults: [], peakBytes: 1, longestSilenceMs: 1 };

test('a campaign that is interrupted ends its processes and says what it has found so far', async (t) => {
  const stop = new AbortController();
  const family = new Family(temporary(t));
  let ended: Awaited<ReturnType<typeof start>['ended']> | undefined;
  const kind: Kind = {
    name: 'kills',
    title: 'waits for ever in its third case',
    share: 1,
    open: async () => ({
      async run(number) {
        if (number < 2) return nothing;
        const wait = [process.execPath, '-e', 'console.log("here"); setInterval(() => {}, 1e6)'] as const;
        const started = start(family, [wait[0], ...wait.slice(1)], []);
        started.process.stdout!.once('data', () => stop.abort(130));
        ended = await started.ended;
        return { ...nothing, faults: [{ what: 'its process was killed', detail: '' }] };
      },
      close: async () => {},
    }),
  };
  const tallies = await campaign({ seed: 's', kinds: [kind], minutes: 10, stop: stop.signal });
  assert.equal(ended?.signal, 'SIGKILL');
  assert.throws(() => start(family, [process.execPath], ['-v']), /The case has ended/);
  assert.deepEqual(tallies[0]!.faults, [], 'what was done to the last case is no fault of the program');
  assert.deepEqual([tallies[0]!.cases, tallies[0]!.counts.tries], [2, 2]);
  const told = report(tallies, { seed: 's', stop: stop.signal });
  assert.match(told, /minutes until it was interrupted,/);
  assert.match(told, /\| 2 \| 2 tries \| 0 \|/);
  assert.doesNotMatch(report(tallies, { seed: 's' }), /interrupted/);
});

test('what comes before an interruption counts', async () => {
  const stop = new AbortController();
  assert.equal(await unlessInterrupted(Promise.resolve(1), stop.signal), 1);
  await assert.rejects(unlessInterrupted(Promise.reject(new Error('wrong')), stop.signal), /wrong/);
  const never = unlessInterrupted(new Promise(() => {}), stop.signal);
  stop.abort();
  assert.equal(await never, undefined);
});

test('npm run campaign writes its report when it is told to end', {
  skip: process.platform === 'win32' && lacks('signals that ask a process to end'),
  timeout: 300_000,
}, async (t) => {
  const file = join(temporary(t), 'report.md');
  const root = resolve(import.meta.dirname, '../..');
  const words = ['--only', 'races', '--seed', 'interrupted', '--minutes', '30', '--report', file];
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/campaign/run.ts', ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  t.after(() => child.kill('SIGTERM'));
  // Once: asked again, it ends without a report.
  let asked = false;
  child.stdout.on('data', () => {
    if (asked || !said.includes('The seed is interrupted.')) return;
    asked = true;
    child.kill('SIGTERM');
  });
  const code = await new Promise((done) => child.once('close', done));
  assert.equal(code, 143, said);
  assert.match(readFileSync(file, 'utf8'), /minutes until it was interrupted,[\s\S]*\| races: /);
  assert.match(readFileSync(file, 'utf8'), /Nothing was lost/);
});
