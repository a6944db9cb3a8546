import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { x as extract } from 'tar';
import { checkExperiment } from '../../src/checks/check.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { parseLoaded, readExperimentText } from '../../src/experiment/parsing/load.ts';
import { readSafetensors } from '../../src/models/checkpoint/safetensors.ts';
import { LocalLauncher } from '../../src/runs/queue/launch.ts';
import { readEvents } from '../../src/worker/directory/read-events.ts';
import { checkerHere, fakeCliCommand, memoryTerminal } from '../cli/support.ts';
import { program } from '../program.ts';
import { temporaryDirectory } from './support.ts';

/**
 * A project that version 0.1.0 made and trained in, with what that version said of it (its README tells more). Whatever
 * changes here, people's experiments, databases and run directories are read as before.
 */
const fixture = resolve(import.meta.dirname, '../fixtures/runs/version-0.1.0.tgz');

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface OldRun extends Record<string, Json> {
  id: string;
  state: string;
  strategy: string;
  file: string;
}
interface Expected {
  runs: OldRun[];
  compared: Json[];
}

async function project(t: TestContext): Promise<{ folder: string; data: string; expected: Expected }> {
  const folder = await temporaryDirectory(t);
  await extract({ file: fixture, cwd: folder });
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
  return { folder, data: join(folder, '.distillery'), expected };
}

/** The command line with the real worker. */
async function distillery(...words: string[]): Promise<string> {
  const { terminal, written } = memoryTerminal();
  const launcher = new LocalLauncher({ command: program('src/worker/main.ts') });
  const code = await runCommandLine(words, {
    terminal,
    launcher,
    checker: checkerHere,
    exporter: program('src/export/apart/exporting-main.ts'),
    self: fakeCliCommand,
  });
  assert.equal(code, 0, written.err + written.out.slice(-1000));
  return written.out;
}

const studentOf = async (data: string, run: string) =>
  (await readSafetensors(join(data, 'runs', run, 'student', 'model.safetensors'))).tensors;

/** What was said is said still; more may be said. */
function assertHolds(now: Json | undefined, before: Json, where: string): void {
  if (before === null || typeof before !== 'object') {
    assert.equal(now, before, where);
    return;
  }
  assert.ok(now !== null && typeof now === 'object', where);
  if (Array.isArray(before)) assert.equal((now as Json[]).length, before.length, where);
  for (const [key, value] of Object.entries(before))
    assertHolds((now as Record<string, Json>)[key], value, `${where}.${key}`);
}

function assertRunsHold(said: string, expected: Expected): void {
  const runs = (JSON.parse(said) as OldRun[]).map((run) => ({ ...run, file: basename(run.file) }));
  assert.deepEqual(runs.map(({ id }) => id).sort(), expected.runs.map(({ id }) => id).sort());
  for (const before of expected.runs)
    assertHolds(
      runs.find(({ id }) => id === before.id),
      before,
      before.id,
    );
}

test('runs of version 0.1.0 are listed and compared as it listed and compared them', async (t) => {
  const { data, expected } = await project(t);
  assertRunsHold(await distillery('runs', '--json', '--data-dir', data), expected);
  const compared = JSON.parse(await distillery('compare', '--json', '--data-dir', data)) as Json;
  assertHolds(compared, expected.compared, 'compared');
});

test('a lost database of version 0.1.0 is rebuilt from its run directories', async (t) => {
  const { data, expected } = await project(t);
  await rm(join(data, 'distillery.db'));
  await distillery('rebuild', '--data-dir', data);
  assertRunsHold(await distillery('runs', '--json', '--data-dir', data), expected);
});

test('experiments of version 0.1.0 pass every check and are the ones that its runs belong to', async (t) => {
  const { folder, data, expected } = await project(t);
  for (const { file, config } of expected.runs) {
    const loaded = parseLoaded(await readExperimentText(join(folder, file)), join(folder, file));
    assertHolds(
      { ...loaded.experiment, seeds: null } as unknown as Json,
      { ...(config as Record<string, Json>), seeds: null },
      file,
    );
    const problems = await checkExperiment(loaded.text, loaded.file, { dataDirectory: data });
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
      file,
    );
  }
});

test('its teachers are used again, and training gives what it gave', { timeout: 600_000 }, async (t) => {
  const { folder, data, expected } = await project(t);
  const teachers = () => {
    const files = readdirSync(join(data, 'teachers'), { recursive: true, encoding: 'utf8' }).sort();
    return files.map((file) => [file, statSync(join(data, 'teachers', file)).mtimeMs]);
  };
  const made = teachers();
  for (const name of ['images-feature', 'texts-combined', 'lines-sequence']) {
    const file = `${name}.distill.json`;
    const before = expected.runs.find((run) => run.file === file && run.seed === 1)!;
    const said = await distillery('run', join(folder, file), '--seed', '1', '--json', '--data-dir', data);
    const { run } = JSON.parse(said.slice(0, said.indexOf('\n'))) as { run: string };
    const [then, now] = await Promise.all([studentOf(data, before.id), studentOf(data, run)]);
    assert.deepEqual([...now.keys()], [...then.keys()]);
    // Other processors round otherwise.
    for (const [tensor, { data: values }] of then) {
      assert.equal(now.get(tensor)!.data.length, values.length, tensor);
      for (const [index, value] of values.entries())
        assert.ok(
          Math.abs(Number(now.get(tensor)!.data[index]) - Number(value)) < 1e-3,
          `${name}: ${tensor}[${index}]`,
        );
    }
  }
  assert.deepEqual(teachers(), made);
});

test('a run that version 0.1.0 stopped goes on to its end', { timeout: 600_000 }, async (t) => {
  const { data, expected } = await project(t);
  const { id } = expected.runs.find(({ state }) => state === 'cancelled')!;
  await distillery('resume', id, '--data-dir', data);
  const { events } = await readEvents(join(data, 'runs', id, 'events.jsonl'));
  assert.equal(events.at(-1)!.type, 'completed');
  const resumed = events.findLastIndex(({ type }) => type === 'started');
  assert.ok(resumed > 0, 'it was started once more');
  const stepsOf = (some: typeof events) =>
    some.flatMap((event) => (event.type === 'metric' && event.model === 'student' ? [event.step] : []));
  const [stopped, next] = [stepsOf(events.slice(0, resumed)).at(-1)!, stepsOf(events.slice(resumed))[0]!];
  assert.ok(next > stopped, `stopped at step ${stopped}, went on at ${next}`);
});
