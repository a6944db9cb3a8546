import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostBatch } from '../../../src/data/dataset.ts';
import { acrossData } from '../../../src/data/text/across/across-data.ts';
import { languageDataset } from '../../../src/data/text/language-model.ts';
import { byteTokenizer } from '../../../src/data/text/tokenizers/byte-tokenizer.ts';
import { wordTokenizer } from '../../../src/data/text/tokenizers/word-tokenizer.ts';
import { acrossSource } from '../../../src/training/teacher/across-source.ts';
import { withoutTeacher } from '../../../src/training/teacher/teacher-source.ts';

const text = 'the whale swam on, and the ship came after it. ';
const documents = (times: number) => ({
  read: async function* () {
    yield { text: text.repeat(times), first: true };
  },
  rows: false,
  remarks: () => [],
});
const dataset = await languageDataset(
  documents(12),
  documents(1),
  { tokenizer: { kind: 'bytes' }, samples: 'packed', length: 48, testFraction: 0.1, validation: 0 },
  '.',
  'texts',
);
const words = wordTokenizer(
  ['the', 'whale', 'swam', 'on', ',', 'and', 'ship', 'came', 'after', 'it', '.'],
  true,
);
// So few tokens at once that a sample of the student takes several windows.
const data = await acrossData(dataset, words, 4);

const batchOf = (...positions: number[]): HostBatch => dataset.subset.batch(Int32Array.from(positions), 3);

test('rows predict the tokens of spans, in batches that are full and that are not, over several windows', async () => {
  assert.ok(data.mostWindows > 2);
  for (const batch of [batchOf(0, 1, 2), batchOf(3, 5), batchOf(7)]) {
    const inputs = await acrossSource(withoutTeacher, data).inputs(batch);
    const numbers = (name: string) => [...(inputs[`spans.${name}`]!.data as Int32Array)];
    const weights = numbers('weights');
    const count = weights.filter((weight) => weight === 1).length;
    assert.equal(
      count,
      batch.sampleIds.reduce((sum, id) => sum + data.spans(id).length, 0),
    );
    assert.ok(count > 4 * batch.sampleIds.length && weights.slice(count).every((weight) => weight === 0));
    /** The tokens of a span as rows and later tokens tell them. */
    const tokens = (side: 'student' | 'teacher', ids: ArrayLike<number>, span: number) => {
      const most = inputs[`spans.${side}.laterRows`]!.shape[1]!;
      const part = (name: string) => numbers(`${side}.${name}`).slice(span * most, (span + 1) * most);
      const [rows, later, there] = [part('laterRows'), part('laterTokens'), part('laterWeights')];
      const first = ids[numbers(`${side}.first`)[span]! + 1]!;
      const rest = later.filter((_, at) => there[at] === 1);
      assert.deepEqual(
        rest,
        rest.map((_, at) => ids[rows[at]! + 1]),
      );
      return [first, ...rest];
    };
    for (let span = 0; span < count; span++) {
      const own = byteTokenizer()
        .decode(tokens('student', batch.input.ids!.data, span))
        .trim();
      assert.equal(own, words.decode(tokens('teacher', inputs['input.ids']!.data, span)));
    }
  }
});

test('spans are divided by those of the whole optimizer step', async () => {
  const [one, other] = [batchOf(0, 1, 2), batchOf(4)];
  const source = acrossSource(withoutTeacher, data);
  const total = async (batch: HostBatch, step?: readonly HostBatch[]) =>
    (await source.inputs(batch, step))['spans.total']!.data[0]!;
  const both = (await total(one)) + (await total(other));
  assert.equal(await total(one, [one, other]), both);
  assert.equal(await total(other, [one, other]), both);
});
