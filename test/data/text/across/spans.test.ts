import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { acrossData } from '../../../../src/data/text/across/across-data.ts';
import { spansOf } from '../../../../src/data/text/across/spans.ts';
import { spellingsOf } from '../../../../src/data/text/across/spellings.ts';
import { pairVocabularies } from '../../../../src/data/text/across/token-pairs.ts';
import { windowOf, windowStarts } from '../../../../src/data/text/across/windows.ts';
import { languageDataset } from '../../../../src/data/text/language-model.ts';
import type { Piece } from '../../../../src/data/text/rows/documents.ts';
import { byteTokenizer } from '../../../../src/data/text/tokenizers/byte-tokenizer.ts';
import { fileTokenizer } from '../../../../src/data/text/tokenizers/file-tokenizer.ts';
import type { Tokenizer } from '../../../../src/data/text/tokenizers/tokenizer.ts';
import { wordTokenizer } from '../../../../src/data/text/tokenizers/word-tokenizer.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/tokenizers');
const open = (kind: string) => fileTokenizer(join(fixtures, kind, 'tokenizer.json'));
const texts = [
  'Call me Ishmael. Some years ago—never mind how long precisely—having little or no money in my purse.',
  'Jenseits des Tales standen ihre Zelte, zum roten Abendhimmel quoll der Rauch; Öl, Straße, ﬁn.',
  'Жил-был у бабушки серенький козлик. 東京は日本の首都です。한국어 텍스트',
  'नमस्ते दुनिया क्षि — مرحبا بالعالم — שלום עולם — Việt Nam e\u0301 n\u0303',
  'Good 🙂👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪! [CLS] <s> x\u0301y  two  spaces\n\nend',
];

/** Every pair of ends is looked at, and what lies between two that agree is a span. */
function slowly(one: readonly number[], other: readonly number[]): [number, number][] {
  const ends: [number, number][] = [];
  for (const [at, end] of one.entries())
    for (const [there, otherEnd] of other.entries()) {
      const last = ends.at(-1);
      if (end === otherEnd && (!last || (at > last[0] && there > last[1]))) ends.push([at, there]);
    }
  return ends;
}

test('two tokenizations are aligned as by looking at every pair of ends, in all kinds and languages', async () => {
  const kinds = ['gpt2', 'llama', 'wordpiece', 'unigram', 'unigram-bytes', 'qwen', 'words'];
  const tokenizers = [
    byteTokenizer(),
    wordTokenizer(['call', 'me', 'des', '東京は日本の首都です', 'x', 'y'], true),
    ...(await Promise.all(kinds.map(open))),
  ];
  let spans = 0;
  for (const one of tokenizers)
    for (const other of tokenizers)
      for (const text of texts) {
        const [ends, otherEnds] = [one.encodePlaced(text).ends, other.encodePlaced(text).ends];
        const found = [...spansOf(ends, otherEnds, 0)];
        const pairs = found.map((span) => [
          span.student + span.students - 1,
          span.teacher + span.teachers - 1,
        ]);
        assert.deepEqual(
          pairs,
          slowly(ends, otherEnds),
          `${one.vocabulary} and ${other.vocabulary} tokens: ${text}`,
        );
        // They follow each other without a gap, and each is the same stretch of text to both.
        let from = 0;
        for (const { student, students, start, end } of found) {
          assert.equal(start, from);
          assert.equal(ends[student + students - 1], end);
          from = end;
        }
        if (one === other) assert.ok(found.length > 0);
        spans += found.length;
      }
  assert.ok(spans > 5000);
});

test('windows cover all tokens, share one at least, and each token is predicted where most stands before it', () => {
  for (const [count, length] of [
    [5, 8],
    [8, 8],
    [9, 8],
    [30, 8],
    [1, 2],
    [7, 2],
    [1000, 128],
  ] as const) {
    const starts = windowStarts(count, length);
    assert.ok(
      starts.every((start, at) => at === 0 || (start > starts[at - 1]! && start < starts[at - 1]! + length)),
    );
    assert.ok(starts.at(-1)! + length >= count && (count <= length || starts.at(-1)! + length === count));
    for (let token = 1; token < count; token++) {
      const start = starts[windowOf(token, starts, length)]!;
      assert.ok(token > start && token < start + length, `${token} of ${count} by ${length}`);
    }
  }
});

const spelled = (tokenizer: Tokenizer) => {
  const { student, teacher } = pairVocabularies(tokenizer, byteTokenizer());
  return { student, teacher };
};

test('tokens are the same where their text is, whatever signs stand for spaces, bytes and parts of words', async () => {
  const [gpt2, llama, wordpiece] = (await Promise.all(['gpt2', 'llama', 'wordpiece'].map(open))) as [
    Tokenizer,
    Tokenizer,
    Tokenizer,
  ];
  const same = (one: Tokenizer, other: Tokenizer) => {
    const name = (tokenizer: Tokenizer) => new Map([...tokenizer.tokens].map(([token, id]) => [id, token]));
    const [own, theirs] = [name(one), name(other)];
    const { student, teacher } = pairVocabularies(one, other);
    assert.equal(new Set(student).size, student.length);
    assert.equal(new Set(teacher).size, teacher.length);
    return new Map([...student].map((id, at) => [own.get(id)!, theirs.get(teacher[at]!)!]));
  };
  assert.equal(same(gpt2, gpt2).get('Ġ'), 'Ġ');
  assert.equal(same(gpt2, llama).get('Ġ'), '▁');
  assert.equal(same(byteTokenizer(), llama).get('ÿ'), '<0xFF>');
  assert.equal(same(wordpiece, gpt2).get('##e'), 'e');
  const words = wordTokenizer(['o', 'e', ',', 'zebra'], true);
  const among = same(words, gpt2);
  assert.equal(among.get(','), ',');
  assert.equal(among.get('[SEP]'), '<|endoftext|>');
  assert.ok(!among.has('[UNK]') && !among.has('zebra') && !among.has('[PAD]'));
  // Behind a space first, for so words mostly stand.
  const spaced = [...gpt2.tokens.keys()].find((token) => /^Ġ[a-z]+$/.test(token))!;
  assert.equal(same(wordTokenizer([spaced.slice(1)], true), gpt2).get(spaced.slice(1)), spaced);
  assert.equal(spelled(byteTokenizer()).student.length, 257);
  assert.ok(spellingsOf(llama).every(({ texts }) => texts.length === 1));
});

const documents = (pieces: readonly Piece[]) => ({
  read: async function* () {
    yield* pieces;
  },
  rows: true,
  remarks: () => [],
});

const options = { tokenizer: { kind: 'bytes' }, testFraction: 0.2, validation: 0 } as const;

test('samples of a student and windows of its teacher hold the same text, through documents and prompts', async () => {
  const pieces: Piece[] = texts.map((text, at) => ({
    text,
    first: true,
    ...(at % 2 && { prompt: 'Say: ' }),
  }));
  for (const samples of ['packed', 'documents'] as const)
    for (const kind of ['gpt2', 'llama', 'wordpiece', 'unigram']) {
      const dataset = await languageDataset(
        documents(samples === 'packed' ? pieces.map(({ text, first }) => ({ text, first })) : pieces),
        documents(pieces.slice(0, 1)),
        { ...options, samples, length: 40 },
        '.',
        'texts',
      );
      const teacher = await open(kind);
      const data = await acrossData(dataset, teacher, 12);
      const { tokenizer, subset } = dataset;
      let compared = 0;
      const seen: string[] = [];
      for (let sample = 0; sample < subset.size; sample++) {
        const { input, labels } = subset.batch(Int32Array.of(sample), 1);
        const windows = Array.from(
          { length: data.firstWindow[sample + 1]! - data.firstWindow[sample]! },
          (_, at) => data.windows.batch(Int32Array.of(data.firstWindow[sample]! + at), 1).input.ids!.data,
        );
        for (const { student, students, teacher: places } of data.spans(sample)) {
          const own = [...(input.ids!.data as Int32Array).subarray(student, student + students)];
          assert.ok(labels.data[student]! >= 0, 'a prompt is compared');
          const theirs = places.map(({ window, token }) => windows[window]![token]!);
          assert.ok(places.every(({ token }) => token > 0));
          if (own[0] === tokenizer!.endId) {
            assert.deepEqual(theirs, [teacher.endId]);
            continue;
          }
          const text = tokenizer!.decode(own);
          if (text === '' || text.includes('\ufffd') || /<s>|\[CLS/.test(text)) continue;
          const plain = (one: string) =>
            one
              .normalize('NFKD')
              .replaceAll(/^##|[\s\p{M}]/gu, '')
              .toLowerCase();
          if (!theirs.includes(teacher.unknownId!))
            assert.equal(plain(teacher.decode(theirs)), plain(text), kind);
          compared++;
          seen.push(text);
        }
      }
      const { tally } = data;
      assert.ok(compared > 20, `${kind} ${samples}: ${compared} spans`);
      assert.ok(tally.single <= tally.spans && tally.compared <= tally.bytes && tally.spans >= compared);
    }
});

test('with the same tokenizer every token is a span, but the first of a sample', async () => {
  const dataset = await languageDataset(
    documents(texts.map((text) => ({ text, first: true }))),
    documents([{ text: 'test text', first: true }]),
    { ...options, samples: 'packed', length: 32 },
    '.',
    'texts',
  );
  const { tally, mostWindows, spans } = await acrossData(dataset, byteTokenizer(), 32);
  const { subset } = dataset;
  let targets = 0;
  for (let sample = 0; sample < subset.size; sample++) {
    const own = spans(sample);
    assert.deepEqual(
      own.map(({ student }) => student),
      own.map((_, at) => at + 1),
    );
    targets += own.length;
  }
  assert.equal(tally.spans, targets);
  assert.equal(tally.single, targets);
  assert.equal(mostWindows, 1);
});

test('unknown words are left out, and counted', async () => {
  const known = texts[0]!.toLowerCase().match(/\w+|[^\w\s]/gu)!;
  const dataset = await languageDataset(
    documents([{ text: `${texts[0]} zebra ${texts[0]}`, first: true }]),
    documents([{ text: 'test', first: true }]),
    { ...options, samples: 'packed', length: 512 },
    '.',
    'texts',
  );
  const all = await acrossData(dataset, wordTokenizer([...new Set([...known, 'zebra'])], true), 512);
  const without = await acrossData(dataset, wordTokenizer([...new Set(known)], true), 512);
  assert.equal(all.tally.spans, without.tally.spans + 1);
  assert.equal(all.tally.compared, without.tally.compared + ' zebra'.length);
});
