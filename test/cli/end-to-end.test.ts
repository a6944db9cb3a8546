import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommandLine } from '../../src/cli/program.ts';
import { LocalLauncher } from '../../src/runs/queue/launch.ts';
import { readEvents } from '../../src/worker/directory/read-events.ts';
import { program } from '../program.ts';
import { ended, once } from '../runs/fleet.ts';
import { temporaryDirectory, temporaryStore } from '../runs/support.ts';
import { checkerHere, fakeCliCommand, jsonLines, memoryTerminal } from './support.ts';

/** The command line with the real worker. */
async function distillery(...words: string[]) {
  const { terminal, written } = memoryTerminal();
  const launcher = new LocalLauncher({ command: program('src/worker/main.ts') });
  const code = await runCommandLine(words, {
    terminal,
    launcher,
    checker: checkerHere,
    exporter: program('src/export/apart/exporting-main.ts'),
    self: fakeCliCommand,
  });
  return { code, ...written };
}

test('a real worker killed in mid-epoch: interrupted, resumed, and its student equal to an undisturbed one to the last bit', {
  timeout: 900_000,
}, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, '.distillery');
  const file = join(directory, 'small.distill.json');
  await writeFile(
    file,
    JSON.stringify({
      name: 'Small',
      dataset: { kind: 'mnist', trainLimit: 1000, testLimit: 200 },
      teacher: { model: { architecture: 'mlp', hidden: [32] }, training: { epochs: 1 } },
      student: { model: { architecture: 'mlp', hidden: [8], dropout: 0.1 } },
      strategy: { kind: 'response' },
      // Long enough to be killed in the midst of it, even where this process is seldom asked.
      training: { epochs: 12, batchSize: 4 },
      device: 'cpu',
    }),
  );
  const whole = await distillery('run', file, '--json', '--data-dir', data);
  assert.equal(whole.code, 0, whole.err + whole.out.slice(-1000));
  const { run: wholeId } = jsonLines(whole.out)[0] as { run: string };

  const store = await temporaryStore(t, data);
  const disturbed = distillery('run', file, '--json', '--data-dir', data);
  const checkpointed = async (id: string) => {
    const { events } = await readEvents(join(data, 'runs', id, 'events.jsonl'));
    const last = events.findLastIndex(({ type }) => type === 'checkpoint');
    return last >= 0 && events.slice(last).some(({ type }) => type === 'metric') ? events : undefined;
  };
  let id: string | undefined;
  let pid: number | undefined;
  while (pid === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    id = (await store.ids()).find((other) => other !== wholeId);
    const events = id && (await checkpointed(id));
    const start = events ? events.find(({ type }) => type === 'started') : undefined;
    if (start?.type === 'started') pid = start.pid;
  }
  process.kill(pid, 'SIGKILL');
  const killed = await disturbed;
  assert.equal(killed.code, 1);
  assert.equal((await once(store, id!, ended)).state, 'interrupted');

  const resumed = await distillery('resume', id!, '--json', '--data-dir', data);
  assert.equal(resumed.code, 0, resumed.err + resumed.out.slice(-1000));
  const start = jsonLines(resumed.out).find(({ type }) => type === 'started') as {
    resumedFromEpoch?: number;
  };
  assert.ok(start.resumedFromEpoch! >= 1, 'it goes on from a checkpoint');
  const student = (run: string) => readFile(join(data, 'runs', run, 'student', 'model.safetensors'));
  assert.ok((await student(id!)).equals(await student(wholeId)), 'equal to the last bit');
  const curves = await Promise.all(
    [wholeId, id!].map((run) => store.points(run, 'student', 'validation.loss')),
  );
  assert.deepEqual(
    curves[0]!.map(({ step, value }) => [step, value]),
    curves[1]!.map(({ step, value }) => [step, value]),
  );
});
