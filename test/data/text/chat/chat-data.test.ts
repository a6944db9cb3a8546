import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UserError } from '../../../../src/base/user-error.ts';
import { checkExperiment } from '../../../../src/checks/check.ts';
import { ignoredLabel } from '../../../../src/data/dataset.ts';
import { openDataset } from '../../../../src/data/open-dataset.ts';
import { ChatTemplate } from '../../../../src/data/text/chat/template.ts';
import { fileTokenizer } from '../../../../src/data/text/tokenizers/file-tokenizer.ts';
import { studentTokenizerFiles } from '../../../../src/data/text/tokenizers/student-tokenizer.ts';
import { datasetSchema } from '../../../../src/experiment/schema/schema.ts';
import { temporaryDirectory } from '../../idx-files.ts';
import { templates } from './templates.ts';

const fixture = join(import.meta.dirname, '../../../fixtures/tokenizers/gpt2');
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const written = {
  kind: 'language-model',
  train: 'chats.jsonl',
  test: 'chats.jsonl',
  messagesColumn: 'messages',
  samples: 'documents',
  validation: 0,
  tokenizer: { kind: 'file', file: 'tokenizer.json' },
};

/** A folder with a tokenizer, its template and rows of conversations. */
function folderWith(context: TestContext, template: string | undefined, ...rows: readonly unknown[]): string {
  const folder = temporaryDirectory(context);
  cpSync(fixture, folder, { recursive: true });
  if (template !== undefined) writeFileSync(join(folder, 'chat_template.jinja'), template);
  const lines = rows.map((messages) => JSON.stringify({ messages }));
  writeFileSync(join(folder, 'chats.jsonl'), `${lines.join('\n')}\n`);
  return folder;
}

const open = (folder: string, more: object = {}) =>
  openDataset(datasetSchema.parse({ ...written, ...more }), folder);

const conversation = [user('one'), assistant('two'), user('three'), assistant('four five')];

test('only what the assistant says is learned, and too long conversations are cut off or left out', async (context) => {
  const long = [user('a '.repeat(200)), assistant('never seen')];
  const cut = [user('one'), assistant('b '.repeat(200))];
  const folder = folderWith(context, templates.marked, conversation, long, cut);
  const dataset = await open(folder, { length: 64 });
  const { train, tokenizer, remarks } = dataset;
  assert.equal(train.size, 2);
  const { labels } = train.batch(Int32Array.of(0), 1);
  const learned = [...labels.data].filter((id) => id !== ignoredLabel);
  // A token that an answer shares with what stands before it counts as its own.
  assert.equal(tokenizer!.decode(learned), ' two [/answer]four five [/answer]');
  const told = remarks!.map(({ message }) => message).join('\n');
  assert.match(told, /1 of 3 training conversations are left out: .* 64 tokens/);
  assert.match(told, /1 of 3 training conversations are cut off/);
  // What is learned alone counts as the text that the loss is of.
  const bytes = 'two [/answer]four five [/answer]never seen [/answer]'.length + 400 + ' [/answer]'.length;
  assert.equal(dataset.amount!.bytes, bytes);
});

test('conversations that cannot be learned are told with file, line and remedy', async (context) => {
  for (const [rows, message] of [
    [[conversation, [user('one')]], /"messages" in line 2 of .*chats\.jsonl have no turn of the assistant/],
    [
      [[{ role: 'robot', content: 'a' }, assistant('b')]],
      /role "robot" in message 1.*line 1|line 1.*role "robot" in message 1/,
    ],
    [[[{ content: 'a' }]], /no role in message 1/],
    [[[user('a'), { role: 'assistant', content: 5 }]], /no text in message 2/],
    [['hello'], /are no list of messages/],
  ] as const) {
    const folder = folderWith(context, templates.marked, ...rows);
    await assert.rejects(open(folder), (error) => {
      assert.ok(error instanceof UserError && error.remedy !== undefined);
      assert.match(error.message, message);
      assert.equal(error.place, join(folder, 'chats.jsonl'));
      return true;
    });
  }
});

test('templates that are missing, broken, endless or do not tell turns apart are refused', async (context) => {
  const refused = async (template: string | undefined, message: RegExp) => {
    const folder = folderWith(context, template, conversation);
    await assert.rejects(open(folder), (error) => {
      assert.ok(error instanceof UserError && error.remedy !== undefined, String(error));
      assert.match(error.message, message);
      return true;
    });
  };
  await refused(undefined, /has no chat template/);
  await refused('{% for %}', /chat_template\.jinja cannot be read/);
  await refused(
    "{{ raise_exception('Only two turns.') }}",
    /fails: Only two turns\. It was reading line 1 of .*chats\.jsonl/,
  );
  await refused('{{ range(100000000000) }}', /fails: a range of more than a million numbers/);
  await refused(
    "{% for m in messages %}{{ m.content + ('!' if loop.last else '.') }}{% endfor %}",
    /writes message 2 in another way where it is not the last one/,
  );
  await refused(
    '{% for m in messages %}{% generation %}{{ m.content }}{% endfor %}',
    /does not close each block of generation/,
  );
  const endless = '{% for i in range(1000000) %}{% for j in range(1000000) %}{% endfor %}{% endfor %}';
  const template = new ChatTemplate(endless, 'endless.jinja', {}, 200);
  assert.throws(
    () => template.render({ messages: [assistant('b') as never], place: 'line 1', file: 'a' }),
    /endless\.jinja fails: Script execution timed out/,
  );
});

test('a template that writes the day writes the same one tomorrow', () => {
  const template = new ChatTemplate(
    "{{ strftime_now('%d %b %Y') }}{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}",
    'a.jinja',
    {},
  );
  const { text, learned } = template.render({
    messages: [assistant('b') as never],
    place: 'line 1',
    file: 'a',
  });
  assert.equal(text, '26 Jul 2024b');
  assert.deepEqual(learned, [[11, 12]]);
});

test('the template goes with the student, wherever it stood', async (context) => {
  const folder = folderWith(context, templates.turns, conversation);
  const tokenizer = await fileTokenizer(join(folder, 'tokenizer.json'));
  const files = studentTokenizerFiles(tokenizer, { continuesTexts: true, length: 64 });
  assert.equal(JSON.parse(files['tokenizer_config.json']!).chat_template, templates.turns);
});

test('an experiment with conversations is looked at with the tokenizer of its checkpoint', async (context) => {
  const folder = folderWith(context, templates.turns, conversation, [user('one')]);
  cpSync(join(import.meta.dirname, '../../../fixtures/checkpoints/gpt2'), folder, { recursive: true });
  const problems = (
    dataset: object,
    strategy: object = { kind: 'sequence' },
    student: object = { checkpoint: '.' },
  ) =>
    checkExperiment(
      JSON.stringify({
        name: 'chats',
        dataset: { ...written, tokenizer: undefined, ...dataset },
        teacher: { checkpoint: '.' },
        student,
        strategy,
      }),
      join(folder, 'chats.distill.json'),
    );
  const messages = async (...given: Parameters<typeof problems>) =>
    (await problems(...given)).filter(({ severity }) => severity === 'error').map(({ message }) => message);
  assert.match((await messages({})).join(), /line 2 of .*no turn of the assistant/);
  for (const [dataset, message] of [
    [{ samples: 'packed' }, /Turns cannot be told apart/],
    [{ tokenizer: { kind: 'words' } }, /words and bytes have none/],
    [{ promptColumn: 'prompt' }, /have their prompts in them/],
  ] as const)
    assert.match((await messages(dataset)).join(), message);
  const across = { kind: 'sequence', across: 'uld' };
  assert.match((await messages({}, across)).join(), /cannot be compared token by token/);
  const shared = { messagesColumn: undefined, textColumn: 'messages', samples: 'packed-documents' };
  assert.match((await messages(shared, across)).join(), /share samples cannot be compared across/);
  const graph = { checkpoint: join(import.meta.dirname, '../../../fixtures/onnx/gpt2') };
  assert.match(
    (await messages(shared, { kind: 'direct' }, graph)).join(),
    /student is an ONNX graph, which cannot be told which document/,
  );
});
