import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDevice } from '../../../src/device/open-device.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { makeRun, resultOf, temporaryDirectory } from '../support.ts';

const template =
  "{% for m in messages %}{{ '<' + m.role + '> ' + m.content + ' </s> ' }}{% endfor %}{% if add_generation_prompt %}<assistant> {% endif %}";
const words = ['</s>', '<unk>', '<user>', '<assistant>', 'what', 'is', 'red', 'green', 'a', 'color'];

test('a student learns the answers of chats, written by the template of its teacher’s tokenizer', async () => {
  await openDevice('cpu');
  const project = temporaryDirectory();
  const text = { goal: 'language-model', vocabulary: words.length, length: 32, padId: 0 } as const;
  const model = buildModel(
    modelSchema.parse({ architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2 }),
    { classes: words.length, text },
    RandomGenerator.forUse(1, 'chats'),
  );
  const tokenizer = {
    pre_tokenizer: { type: 'WhitespaceSplit' },
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
      unk_token: '<unk>',
    },
  };
  await saveModel(model, join(project, 'teacher'), {
    files: new Map([
      ['tokenizer.json', JSON.stringify(tokenizer)],
      ['chat_template.jinja', template],
    ]),
  });
  cpSync(join(project, 'teacher'), join(project, 'student'), { recursive: true });
  const rows = ['red', 'green'].flatMap((color) =>
    Array.from({ length: 8 }, () => ({
      messages: [
        { role: 'user', content: `what is ${color}` },
        { role: 'assistant', content: `${color} is a color` },
      ],
    })),
  );
  writeFileSync(join(project, 'chats.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  const directory = await makeRun(project, 'chats', {
    dataset: {
      kind: 'language-model',
      train: 'chats.jsonl',
      test: 'chats.jsonl',
      messagesColumn: 'messages',
      // Two of them share a sample.
      samples: 'packed-documents',
      length: 32,
    },
    teacher: { checkpoint: 'teacher' },
    student: { checkpoint: 'student' },
    strategy: { kind: 'sequence', weight: 0 },
    training: { epochs: 24, batchSize: 4, learningRate: 0.02 },
  });
  const { result, events } = await resultOf(directory);
  // The answer follows from the question; the question itself could not be foreseen, and counts for nothing.
  assert.ok(result.student.accuracy! > 0.75, `${result.student.accuracy}`);
  const read = events.find((event) => event.type === 'data');
  assert.ok(read?.type === 'data' && read.data.samples.test === rows.length / 2);
  assert.equal(result.trainedTokens! % 24, 0);
  for (const { prompt } of result.continuations!) assert.match(prompt, /^what is (red|green)|<user>/);
  assert.ok(events.every((event) => event.type !== 'warning' || !/words/.test(event.message)));
  const saved = JSON.parse(readFileSync(join(directory.studentDirectory, 'tokenizer_config.json'), 'utf8'));
  assert.equal(saved.chat_template, template);
});
