import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import type { MobilenetV2Config } from '../../../src/experiment/architectures/mobilenetv2.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { constructionOf } from '../../../src/models/architectures/all.ts';
import { mobilenetSizes } from '../../../src/models/architectures/mobilenetv2/sizes.ts';
import { planModel } from '../../../src/models/create-model.ts';
import { readHuggingFaceConfig, writeHuggingFaceConfig } from '../../../src/models/huggingface/config.ts';
import { truncatedConfig } from '../../../src/models/truncate.ts';
import { modelOf, uniform } from '../../strategies/support.ts';
import { seededMasks, usePlainBackend } from '../backend.ts';
import { answersOf } from '../image-reference.ts';
import { valuesOf } from '../reference-checkpoint.ts';

before(usePlainBackend);

const parse = (written: object = {}) =>
  modelSchema.parse({ architecture: 'mobilenetv2', ...written }) as MobilenetV2Config;
const images = { classes: 1000, image: [224, 224, 3] as const };

test('the usual network has the layers and parameters of the paper', () => {
  const { layerCount, hiddenShapes, parameterCount } = planModel(parse(), images);
  assert.equal(layerCount, 16);
  assert.deepEqual(hiddenShapes[0], [112, 112, 16]);
  assert.deepEqual(hiddenShapes.at(-1), [7, 7, 320]);
  // As torchvision counts those of mobilenet_v2.
  assert.equal(parameterCount, 3_504_872);
});

test('channels are rounded to multiples, not more than a tenth down, and the output stays wide', () => {
  const sizes = (written: object) => mobilenetSizes(parse(written));
  const stream = (written: object) => sizes(written).layers.map(({ after }) => after);
  assert.deepEqual(stream({ width: 0.5 }), [16, 16, 16, 16, 16, 32, 32, 32, 32, 48, 48, 48, 80, 80, 80, 160]);
  assert.deepEqual(sizes({ width: 0.35 }).stem, 8);
  assert.equal(sizes({ width: 0.5 }).output, 1280);
  assert.equal(sizes({ width: 0.5, wideOutput: false }).output, 640);
  assert.equal(sizes({ width: 1.4 }).output, 1792);
  // 24 · 0.0625 and 64 · 0.0703125 are halves: to the even neighbour, as Python rounds.
  const exact = { channelDivisor: 1, fewestChannels: 1 };
  assert.equal(sizes({ ...exact, width: 0.0625 }).layers[0]!.after, 2);
  assert.equal(sizes({ ...exact, width: 0.0703125 }).layers[5]!.after, 4);
});

const found = { model_type: 'mobilenet_v2' };
const refused: [object, RegExp][] = [
  [{ hidden_act: 'swish' }, /activation "swish" \(hidden_act\) is not supported/],
  [{ output_stride: 16 }, /an output_stride of 16 instead of 32 is not supported/],
  [{ first_layer_is_expansion: false }, /in the stem \(first_layer_is_expansion false\) is not supported/],
  [{ depth_multiplier: 0 }, /"depth_multiplier" is out of range/],
  [{ depth_multiplier: 0.01 }, /out of bounds: width/],
  [{ tf_padding: 'same' }, /"tf_padding" is out of range/],
  [{ image_size: [224] }, /"image_size" is out of range/],
];
for (const [changes, message] of refused)
  test(`refused: a checkpoint with ${JSON.stringify(changes)}`, () => {
    assert.throws(() => readHuggingFaceConfig({ ...found, ...changes }, 'config.json'), {
      name: 'UserError',
      message,
    });
  });

test('keys that a config.json lacks are those transformers takes', () => {
  const { config, task } = readHuggingFaceConfig(found, 'config.json');
  assert.deepEqual(config, parse({ dropout: 0.8 }));
  assert.deepEqual(task, { classes: 2, image: [224, 224, 3] });
});

test('pruning leaves a narrower network for transformers, or says why it cannot', () => {
  const smaller = (written: object, sparsity: number) => {
    const config = parse(written);
    return constructionOf(config).pruning.smaller(config, sparsity);
  };
  const half = smaller({}, 0.5);
  assert.deepEqual(half, parse({ width: 0.5 }));
  assert.equal(writeHuggingFaceConfig(half, images)!.depth_multiplier, 0.5);
  const refuses = (written: object, sparsity: number, message: RegExp) =>
    assert.throws(
      () => smaller(written, sparsity),
      (error) => error instanceof UserError && message.test(error.message) && !!error.remedy,
    );
  refuses({}, 0.95, /width 1 cannot lose 95 % of its channels/);
  // 64 and 96 channels would both become 16, and layer 10 goes from one to the other.
  refuses({ width: 0.2, fewestChannels: 16 }, 0.5, /layer 10 would add what it begins with to what it makes/);
  refuses({ wideOutput: false }, 0.001, /rounded, there are as many as before/);
});

test('exits end in as many halvings as the layers beyond have, with the channels of their last maps', () => {
  const bottleneck = (layers: number) =>
    (truncatedConfig(parse(), layers, images) as MobilenetV2Config).bottleneck;
  assert.deepEqual(bottleneck(1), [32, 96, 320]);
  assert.deepEqual(bottleneck(3), [96, 320]);
  assert.deepEqual(bottleneck(6), [320]);
  assert.deepEqual(bottleneck(13), []);
  assert.equal(writeHuggingFaceConfig(parse({ layers: 13, bottleneck: [] }), images), undefined);
});

test('units are dropped while training only, and both paddings see images of odd sides', () => {
  const small = { architecture: 'mobilenetv2', width: 0.0625, channelDivisor: 1, fewestChannels: 2 };
  const task = { classes: 3, image: [9, 7, 1] as const };
  const pixels = uniform([2, ...task.image], 3);
  const answers = ['tensorflow', 'symmetric'].map((padding) => {
    const model = modelOf({ ...small, padding, dropout: 0.5 }, 1, task);
    const trained = (seed: number) =>
      valuesOf(model.forward({ pixels }, { training: true, random: seededMasks(seed) }).logits);
    const before = answersOf(model, pixels);
    assert.deepEqual(answersOf(model, pixels), before);
    assert.notDeepEqual(trained(1), trained(2));
    return before;
  });
  assert.notDeepEqual(answers[0], answers[1]);
});
