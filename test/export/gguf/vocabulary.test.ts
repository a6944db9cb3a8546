import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { byteTokenizer } from '../../../src/data/text/tokenizers/byte-tokenizer.ts';
import type { Tokenizer } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { wordTokenizer } from '../../../src/data/text/tokenizers/word-tokenizer.ts';
import { ggufVocabulary } from '../../../src/export/gguf/vocabulary.ts';
import { temporaryDirectory } from '../../training/support.ts';
import { byteLevel, cuts, tokenizerOf, trainedDefinition } from './trained-tokenizer.ts';

const home = temporaryDirectory();
let folders = 0;

async function vocabularyOf(tokenizer: Tokenizer, vocabulary = tokenizer.vocabulary) {
  const folder = join(home, `${folders++}`);
  await mkdir(folder);
  for (const [name, content] of Object.entries(tokenizer.files()))
    await writeFile(join(folder, name), content);
  const text = { goal: 'language-model', vocabulary, length: 8, padId: 0 } as const;
  const { metadata, remark } = await ggufVocabulary(folder, text);
  const values = Object.entries(metadata).map(([key, { value }]) => [
    key.replace('tokenizer.ggml.', ''),
    value,
  ]);
  return { remark, ...Object.fromEntries(values) } as Record<string, unknown> & { tokens: string[] };
}

type Definition = ReturnType<typeof trainedDefinition>;

/** What is made of a tokenizer.json that is changed. */
async function changed(change: (definition: Definition) => void, settings = {}, cut = 'gpt-2', options = {}) {
  const definition = trainedDefinition(cuts[cut]!, options);
  change(definition);
  return vocabularyOf(await tokenizerOf(definition, settings));
}

const refused = (made: Promise<unknown>, what: RegExp) =>
  assert.rejects(made, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, what);
    assert.match(error.remedy!, /"bytes"/);
    assert.match(error.place!, /tokenizer\.json$/);
    return true;
  });

test('a vocabulary of bytes is one of byte pairs of which none is joined', async () => {
  const found = await vocabularyOf(byteTokenizer());
  assert.equal(found.model, 'gpt2');
  assert.deepEqual(found.merges, []);
  assert.equal(found.tokens.length, 259);
  assert.deepEqual([found.tokens[0x41], found.tokens[0x20], found.tokens[258]], ['A', 'Ġ', '</s>']);
  assert.deepEqual((found.token_type as number[]).slice(-4), [1, 3, 3, 3]);
  assert.deepEqual([found.bos_token_id, found.eos_token_id, found.padding_token_id], [257, 258, 256]);
  assert.equal(found.remark, undefined);
});

test('ways to cut texts are found by what they do, and named as llama.cpp names them', async () => {
  for (const cut of Object.keys(cuts)) {
    const found = await changed(() => {}, {}, cut, { ignore_merges: cut === 'llama-bpe' });
    assert.equal(found.pre, cut);
    assert.equal((found.merges as string[]).length, 40);
  }
  // Whether merges may be passed over makes no difference where they lead to every token.
  assert.equal((await changed(() => {}, {}, 'qwen2', { ignore_merges: true })).pre, 'qwen2');
  const unreachable = (definition: Definition) => {
    const { vocab } = definition.model as { vocab: Record<string, number> };
    vocab.zzzz = Object.keys(vocab).length + 2;
  };
  assert.equal((await changed(unreachable, {}, 'llama-bpe')).pre, 'smaug-bpe');
  await refused(
    changed(unreachable, {}, 'qwen2', { ignore_merges: true }),
    /do not lead to the token "zzzz"/,
  );
});

test('places of a model without a token are filled, by names that no token has', async () => {
  const tokenizer = await tokenizerOf(trainedDefinition(byteLevel));
  const found = await vocabularyOf(tokenizer, tokenizer.vocabulary + 2);
  assert.equal(found.tokens.length, tokenizer.vocabulary + 2);
  assert.equal(new Set(found.tokens).size, found.tokens.length);
  assert.deepEqual((found.token_type as number[]).slice(-3), [3, 5, 5]);
  await refused(vocabularyOf(tokenizer, tokenizer.vocabulary - 1), /has 298 tokens, but the model 297/);
});

test('a token that stands before texts is put there, and one that only has a name is not', async () => {
  const begin = 296;
  const template = (ids: string[]) => (definition: Definition) => {
    definition.post_processor = {
      type: 'TemplateProcessing',
      single: [
        ...ids.map((id) => ({ SpecialToken: { id, type_id: 0 } })),
        { Sequence: { id: 'A', type_id: 0 } },
      ],
      pair: [],
      special_tokens: { '<|begin|>': { id: '<|begin|>', ids: [begin], tokens: ['<|begin|>'] } },
    };
  };
  const put = await changed(template(['<|begin|>']));
  assert.deepEqual([put.add_bos_token, put.bos_token_id, put.eos_token_id], [true, begin, begin + 1]);
  const named = await changed(() => {}, { bos_token: '<|begin|>' });
  assert.deepEqual([named.add_bos_token, named.bos_token_id], [false, begin]);
  await refused(changed(template(['<|begin|>', '<|begin|>'])), /puts 2 tokens before a text/);
});

test('of what llama.cpp leaves out, composing letters is told, and all else refused', async () => {
  const composed = await changed((definition) => {
    definition.normalizer = { type: 'NFC' };
  });
  assert.match(String(composed.remark), /NFC/);
  for (const normalizer of [
    { type: 'Lowercase' },
    { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'NFC' }] },
  ])
    await refused(
      changed((definition) => {
        definition.normalizer = normalizer;
      }),
      /changes texts first/,
    );
});

test('a tokenizer that llama.cpp would read otherwise is refused, with what to do', async () => {
  await refused(vocabularyOf(wordTokenizer(['the'], true)), /kind WordLevel, not byte pairs/);
  const part = (change: Record<string, unknown>) => (definition: Definition) => {
    Object.assign(definition.model as object, change);
  };
  await refused(changed(part({ end_of_word_suffix: '</w>', merges: [] })), /marked where words begin or end/);
  await refused(
    changed((definition) => {
      delete (definition.model as { vocab: Record<string, number> }).vocab.A;
    }),
    /not every byte/,
  );
  await refused(
    changed((definition) => {
      definition.pre_tokenizer = { ...byteLevel, add_prefix_space: true };
    }),
    /no name for/,
  );
  await refused(
    changed((definition) => {
      definition.pre_tokenizer = { ...byteLevel, use_regex: false };
    }),
    /no name for/,
  );
  await refused(
    changed((definition) => {
      Object.assign((definition.added_tokens as object[])[0]!, { lstrip: true });
    }),
    /"<\|begin\|>" has the option lstrip/,
  );
  await refused(
    changed((definition) => {
      Object.assign((definition.added_tokens as object[])[1]!, { content: '<end>' });
    }),
    /no token that ends a text/,
  );
  await refused(
    changed((definition) => {
      Object.assign((definition.added_tokens as object[])[0]!, { id: 65 });
    }),
    /stands for both/,
  );
  const text = { goal: 'language-model', vocabulary: 5, length: 8, padId: 0 } as const;
  await refused(ggufVocabulary(home, text), /no tokenizer\.json/);
});

test('of a merge that is listed twice the last counts, as where the model was trained', async () => {
  const found = await changed((definition) => {
    const { merges } = definition.model as { merges: [string, string][] };
    merges.push(merges[0]!);
  });
  const merges = found.merges as string[];
  assert.equal(merges.length, 40);
  assert.equal(new Set(merges).size, 40);
  const first = trainedDefinition(byteLevel).model as { merges: [string, string][] };
  assert.equal(merges.at(-1), first.merges[0]!.join(' '));
});
