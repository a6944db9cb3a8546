import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import type { ResnetImagenetConfig } from '../../../src/experiment/architectures/resnet-imagenet.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { constructionOf } from '../../../src/models/architectures/all.ts';
import { planModel } from '../../../src/models/create-model.ts';
import { readHuggingFaceConfig, writeHuggingFaceConfig } from '../../../src/models/huggingface/config.ts';
import { truncatedConfig } from '../../../src/models/truncate.ts';

const parse = (written: object = {}) =>
  modelSchema.parse({ architecture: 'resnet-imagenet', ...written }) as ResnetImagenetConfig;
const images = { classes: 1000, image: [224, 224, 3] as const };
const of50 = { blockKind: 'bottleneck', blocks: [3, 4, 6, 3], channels: [256, 512, 1024, 2048] };

test('the usual networks have as many parameters as torchvision counts', () => {
  const parameters = (written: object) => planModel(parse(written), images).parameterCount;
  assert.equal(parameters({}), 11_689_512);
  assert.equal(parameters({ blocks: [3, 4, 6, 3] }), 21_797_672);
  assert.equal(parameters(of50), 25_557_032);
  const { layerCount, hiddenShapes } = planModel(parse(of50), images);
  assert.equal(layerCount, 16);
  assert.deepEqual(
    [hiddenShapes[0], hiddenShapes.at(-1)],
    [
      [56, 56, 64],
      [7, 7, 2048],
    ],
  );
});

test('keys that a config.json lacks are those transformers takes', () => {
  const { config, task } = readHuggingFaceConfig({ model_type: 'resnet' }, 'config.json');
  assert.deepEqual(config, parse(of50));
  assert.deepEqual(task, { classes: 2, image: [224, 224, 3] });
});

const refused: [object, RegExp][] = [
  [{ layer_type: 'wide' }, /"layer_type" is out of range/],
  [{ hidden_act: 'silu' }, /activation "silu" is not supported/],
  [{ depths: [1, 2] }, /"depths" names 2 groups, but "hidden_sizes" 4/],
  [{ depths: [] }, /"depths" is out of range/],
  [{ embedding_size: 0 }, /"embedding_size" is out of range/],
  [{ depths: [1e6, 1, 1, 1] }, /out of bounds: blocks\.0/],
];
for (const [changes, message] of refused)
  test(`refused: a checkpoint with ${JSON.stringify(changes)}`, () => {
    assert.throws(() => readHuggingFaceConfig({ model_type: 'resnet', ...changes }, 'config.json'), {
      name: 'UserError',
      message,
    });
  });

test('groups and channels that do not go together are refused before anything is built', () => {
  assert.throws(() => planModel(parse({ blocks: [1, 1] }), images), {
    name: 'UserError',
    message: /"blocks" names 2 groups, but "channels" 4/,
  });
  assert.throws(() => planModel(parse({ ...of50, channels: [256, 2, 1024, 2048] }), images), {
    name: 'UserError',
    message: /Bottlenecks of 2 channels would have none inside/,
  });
});

const smaller = (written: object, sparsity: number) => {
  const config = parse(written);
  return constructionOf(config).pruning.smaller(config, sparsity) as ResnetImagenetConfig;
};

test('pruning leaves quarters inside of bottlenecks, and never a block that lost its shortcut', () => {
  const { channels, stemChannels } = smaller({ ...of50, channels: [20, 40, 72, 100] }, 0.5);
  assert.deepEqual([stemChannels, channels], [32, [12, 20, 36, 52]]);
  assert.equal(smaller({ stemChannels: 64 }, 0.7).stemChannels, 19);
  assert.throws(
    () => smaller({ stemChannels: 63 }, 0.99),
    (error) =>
      error instanceof UserError && /the first block no shortcut/.test(error.message) && !!error.remedy,
  );
});

test('exits have the channels of the groups beyond; one in the last group is a network of transformers', () => {
  const exit = (layers: number) => truncatedConfig(parse(), layers, images) as ResnetImagenetConfig;
  const { blocks, channels, bottleneck } = exit(3);
  assert.deepEqual(
    [blocks, channels, bottleneck],
    [
      [2, 1],
      [64, 128],
      [256, 512],
    ],
  );
  assert.equal(writeHuggingFaceConfig(exit(3), images), undefined);
  assert.deepEqual(exit(7).blocks, [2, 2, 2, 1]);
  assert.deepEqual(writeHuggingFaceConfig(exit(7), images)!.depths, [2, 2, 2, 1]);
});
