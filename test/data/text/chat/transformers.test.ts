import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chatSamples } from '../../../../src/data/text/chat/chat-samples.ts';
import { conversationOf } from '../../../../src/data/text/chat/conversation.ts';
import { fileTokenizer } from '../../../../src/data/text/tokenizers/file-tokenizer.ts';
import { pythonWith } from '../../../machine/python.ts';
import { temporaryDirectory } from '../../idx-files.ts';
import { conversations, templates } from './templates.ts';

const { python, skip } = pythonWith('transformers', 'jinja2');
const tokenizers = join(import.meta.dirname, '../../../fixtures/tokenizers');

interface Answer {
  readonly text: string;
  readonly ids: number[];
  readonly mask: number[];
}

async function* piecesOf(all: readonly (readonly object[])[]) {
  for (const [at, messages] of all.entries())
    yield {
      text: '',
      first: true,
      conversation: conversationOf(messages, 'messages', `line ${at + 1}`, 'chats.jsonl'),
    };
}

test('conversations become the ids of transformers, and the tokens of the assistant are those it masks', {
  skip,
}, async (context) => {
  const names = ['gpt2', 'llama3', 'qwen'].flatMap((tokenizer) =>
    Object.keys(templates).map((template) => [tokenizer, template as keyof typeof templates] as const),
  );
  const folders = new Map(
    names.map(([tokenizer, template]) => {
      const folder = temporaryDirectory(context);
      cpSync(join(tokenizers, tokenizer), folder, { recursive: true });
      writeFileSync(join(folder, 'chat_template.jinja'), templates[template]);
      return [`${tokenizer}, ${template}`, folder];
    }),
  );
  const cases = names.map(([tokenizer, template]) => ({
    tokenizer: folders.get(`${tokenizer}, ${template}`),
    template: templates[template],
    conversations: conversations[template],
  }));
  const { stdout, stderr, status } = spawnSync(
    python,
    [join(import.meta.dirname, '../../../reference/texts/chat.py')],
    { input: JSON.stringify({ cases }), encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  assert.equal(status, 0, stderr);
  const theirs = JSON.parse(stdout) as Answer[][];
  for (const [at, [tokenizer, template]] of names.entries()) {
    const name = `${tokenizer}, ${template}`;
    const reader = await fileTokenizer(join(folders.get(name)!, 'tokenizer.json'));
    const { tokens } = await chatSamples(piecesOf(conversations[template]), reader, 4096);
    for (const [number, { text, ids, mask }] of theirs[at]!.entries()) {
      const messages = conversations[template][number];
      const conversation = conversationOf(messages, 'messages', 'line 1', 'chats.jsonl');
      assert.equal(reader.chat!().render(conversation).text, text, name);
      assert.deepEqual([...tokens.ids(number)], ids, name);
      const ours = new Array<number>(ids.length).fill(0);
      for (const [start, end] of tokens.targets(number)) ours.fill(1, start, end);
      assert.deepEqual(ours, mask, name);
      assert.ok(mask.includes(1) && mask.includes(0), name);
    }
  }
});
