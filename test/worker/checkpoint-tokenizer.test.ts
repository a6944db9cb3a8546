import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { eventsOf, makeRun, runToEnd, temporaryDirectory } from './support.ts';

await openDevice('cpu');
const project = temporaryDirectory();
writeFileSync(join(project, 'text.txt'), 'the cat sat the dog sat '.repeat(40));
const decoder = { architecture: 'gpt2' as const, hiddenSize: 8, layers: 1, heads: 2 };

/** A language model of so many rows, and a tokenizer of words in this order beside it. */
async function stored(name: string, rows: number, words: readonly string[]): Promise<void> {
  const text = { goal: 'language-model', vocabulary: rows, length: 8, padId: 0 } as const;
  const model = buildModel(
    modelSchema.parse(decoder),
    { classes: rows, text },
    RandomGenerator.forUse(1, name),
  );
  const tokenizer = {
    pre_tokenizer: { type: 'WhitespaceSplit' },
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
      unk_token: '<unk>',
    },
  };
  const files = new Map([['tokenizer.json', JSON.stringify(tokenizer)]]);
  await saveModel(model, join(project, name), { files });
  model.dispose();
}
await stored('teacher', 16, ['</s>', '<unk>', 'cat', 'dog', 'the', 'sat']);
await stored('student', 12, ['</s>', '<unk>', 'cat', 'dog', 'the', 'sat']);
await stored('swapped', 12, ['</s>', '<unk>', 'dog', 'cat', 'the', 'sat']);

const run = async (name: string, student: ExperimentInput['student'], kind: 'sequence' | 'generated') => {
  const directory = await makeRun(project, name, {
    dataset: { kind: 'language-model', train: 'text.txt', length: 8, testFraction: 0.2 },
    teacher: { checkpoint: 'teacher' },
    student,
    strategy: kind === 'sequence' ? { kind } : { kind, promptLength: 4, samples: 6 },
    training: { epochs: 1, batchSize: 8 },
  });
  const { code, output } = await runToEnd(directory);
  return { directory, code, output, events: await eventsOf(directory) };
};

test('a run takes its teacher’s tokenizer, and reads both models without the rows that stand for no token', async () => {
  for (const kind of ['sequence', 'generated'] as const) {
    const { directory, code, output, events } = await run(kind, { checkpoint: 'student' }, kind);
    assert.equal(code, 0, output);
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    assert.deepEqual(
      warnings.filter((message) => message.includes('rows')),
      [
        'The teacher is read without 10 of its 16 rows that stand for no token.',
        'The student is read without 6 of its 12 rows that stand for no token.',
      ],
    );
    const config = readFileSync(join(directory.studentDirectory, 'config.json'), 'utf8');
    assert.equal(JSON.parse(config).vocab_size, 6);
    const tokenizer = JSON.parse(readFileSync(join(directory.studentDirectory, 'tokenizer.json'), 'utf8'));
    assert.deepEqual(Object.keys(tokenizer.model.vocab), ['</s>', '<unk>', 'cat', 'dog', 'the', 'sat']);
  }
});

test('a run with a student of other tokens fails before anything is computed', async () => {
  const { code, events } = await run('other', { checkpoint: 'swapped' }, 'sequence');
  assert.notEqual(code, 0);
  const failed = events.find(({ type }) => type === 'failed');
  assert.ok(failed?.type === 'failed');
  assert.match(failed.message, /id 2 is "cat" to the data and "dog" to the student/);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'phase' ? [event.phase] : [])),
    ['prepare'],
  );
});
