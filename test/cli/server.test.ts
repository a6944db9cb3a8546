import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readSoundExperiment } from '../../src/checks/apart/sound-experiment.ts';
import { agreeToServer } from '../../src/cli/agree-to-server.ts';
import { checkerHere, distillery, memoryTerminal } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'distillery-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const words = 'the whale swam on and the ship came after it, all night long.\n';
writeFileSync(join(folder, 'train.txt'), words.repeat(20));
const file = join(folder, 'served.distill.json');
writeFileSync(
  file,
  JSON.stringify({
    name: 'Served',
    dataset: { kind: 'language-model', train: 'train.txt', length: 16 },
    teacher: { server: { url: 'http://localhost:1/v1', model: 'm' } },
    student: { model: { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 16 } },
    strategy: { kind: 'generated', promptLength: 4 },
  }),
);
const data = join(folder, 'data');

test('a run that asks a server is begun only by who has seen what it takes', async () => {
  const { code, err } = await distillery('run', file, '--data-dir', data);
  assert.equal(code, 2);
  assert.match(err, /server Served: Texts of the training data go to m on localhost:1\./);
  assert.match(err, /nobody is here to agree\. Write --yes/);
  assert.deepEqual(existsSync(join(data, 'runs')) ? readdirSync(join(data, 'runs')) : [], []);
});

test('--yes agrees, and the run knows to how much', async () => {
  const { out, err } = await distillery('run', file, '--data-dir', data, '--yes', '--detach');
  const id = out.trim();
  const request = JSON.parse(readFileSync(join(data, 'runs', id, 'experiment.json'), 'utf8'));
  const [, requests] = /(\d+) requests/.exec(err)!;
  assert.equal(request.serverRequests, Number(requests));
});

test('who is asked may decline', async () => {
  const experiment = await readSoundExperiment(file, checkerHere, {});
  for (const [answer, expected] of [
    [true, undefined],
    [false, /was not run: nothing is asked of the server without your agreement/],
  ] as const) {
    const { terminal } = memoryTerminal();
    const asked: string[] = [];
    const confirm = async (question: string) => {
      asked.push(question);
      return answer;
    };
    const agreed = agreeToServer(
      { terminal: { ...terminal, confirm }, checker: checkerHere },
      experiment,
      data,
      false,
    );
    if (expected) await assert.rejects(agreed, expected);
    else assert.ok((await agreed).serverRequests! > 0);
    assert.deepEqual(asked, ['Ask the server?']);
  }
});
