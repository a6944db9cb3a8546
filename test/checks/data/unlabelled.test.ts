import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, datasetFolder, images, told } from '../support.ts';

const folder = await datasetFolder({ 'raw-images': images(30), 'large-images': images(30, 9) });
const teacher = { model: { architecture: 'mlp', hidden: [8] } };
const training = { batchSize: 4 };
const learns = { teacher, strategy: { kind: 'response' }, training };
const only = async (changes: object, options: object) => {
  const problems = told(await check(folder, { ...changes }, { validation: 0.1, ...options }));
  assert.equal(problems.length, 1, JSON.stringify(problems, null, 1));
  const [{ severity, code, path, message, remedy }] = problems as [(typeof problems)[number]];
  return [severity, code, path, message.replaceAll(`${folder}/`, ''), remedy];
};

test('samples without labels that a strategy can learn from are no problem', async () => {
  for (const unlabelled of [{}, { from: 'raw-images' }, { minConfidence: 0.9, share: 0.5 }]) {
    const problems = await check(folder, learns, { labelledSubset: 12, unlabelled });
    assert.deepEqual(told(problems), []);
  }
});

test('a strategy without a use for them refuses them, direct training leaves them alone', async () => {
  const options = { labelledSubset: 12, unlabelled: {} };
  const problems = await check(folder, { strategy: { kind: 'online' }, training }, options);
  assert.deepEqual(
    problems.map(({ severity, code, fix }) => [severity, code, fix?.title]),
    [['error', 'unlabelled-refused', 'Remove "unlabelled"']],
  );
  assert.match(problems[0]!.message, /Strategy "online" has no use for unlabelled samples/);
  const [severity, code, path, message, remedy] = await only({ training }, options);
  assert.deepEqual([severity, code, path], ['warning', 'unused-option', 'dataset.unlabelled']);
  assert.match(message!, /strategy "direct" learns from labels alone/);
  assert.match(remedy!, /compared all the same/);
});

test('samples that are not there, or are others, are told at the option', async () => {
  assert.deepEqual(await only(learns, { unlabelled: {} }), [
    'error',
    'unlabelled-none',
    'dataset.unlabelled',
    'No sample is without a label: the student has those of the whole training set, and no other samples are named.',
    'Set "labelledSubset" to how many labels the student has, or name other samples with "from".',
  ]);
  assert.deepEqual(await only(learns, { unlabelled: { from: 'raw-image' } }), [
    'error',
    'file-missing',
    'dataset.unlabelled.from',
    'raw-image does not exist.',
    'Did you mean "raw-images"?',
  ]);
  assert.deepEqual((await only(learns, { unlabelled: { from: 'large-images' } })).slice(0, 4), [
    'error',
    'file',
    'dataset.unlabelled.from',
    'Training images are 8 × 8 pixels, but those of large-images are 9 × 9.',
  ]);
  assert.deepEqual((await only(learns, { unlabelled: { from: './test-images' } })).slice(0, 4), [
    'error',
    'file',
    'dataset.unlabelled.from',
    'test-images is the test data itself: answers would be learned on the samples they are tested on.',
  ]);
});

test('texts are looked at like those with labels', async () => {
  const rows = Array.from({ length: 40 }, (_, at) => `words ${at},${at % 2}`).join('\n');
  const texts = await datasetFolder({
    'train.csv': `text,label\n${rows}\n`,
    'some.txt': 'one\ntwo\nthree\n',
    'raw.csv': 'body\nsome words\n',
    'same.txt': Array.from({ length: 40 }, (_, at) => `words ${at}`).join('\n'),
  });
  const dataset = (unlabelled: object) => ({
    kind: 'text-classification',
    train: 'train.csv',
    test: undefined,
    tokenizer: { kind: 'bytes' },
    unlabelled,
  });
  const problems = async (unlabelled: object) =>
    told(
      await check(texts, {
        ...learns,
        teacher: { model: { architecture: 'bert', hiddenSize: 8, layers: 1, heads: 1 } },
        student: { model: { architecture: 'bert', hiddenSize: 8, layers: 1, heads: 1 } },
        dataset: dataset(unlabelled),
      }),
    ).map(({ path, message }) => [path, message.replaceAll(`${texts}/`, '')]);
  assert.deepEqual(await problems({ from: 'raw.csv' }), [
    ['dataset.unlabelled.from', 'raw.csv has no column "text". Its columns are "body".'],
  ]);
  const shares = (await problems({ from: 'some.txt', share: 0.9 })) as [[string, string]];
  assert.equal(shares[0][0], 'dataset.unlabelled.share');
  assert.match(
    shares[0][1],
    /^A share of 0\.9 beside 29 labelled samples is 261 unlabelled ones .* there are 3/,
  );
  const [[path, message]] = (await problems({ from: 'same.txt' })) as [[string, string]];
  assert.equal(path, 'dataset');
  assert.match(message, /^Of 40 unlabelled samples 8 equal test samples and \d equal validation samples/);
});

test('a confidence that every answer has, and a share of more samples than there are, are told', async () => {
  const confidence = await only(learns, { labelledSubset: 12, unlabelled: { minConfidence: 0.3 } });
  assert.deepEqual(confidence.slice(0, 3), ['warning', 'min-confidence', 'dataset.unlabelled.minConfidence']);
  assert.match(String(confidence[4]), /above 0\.34/);
});
