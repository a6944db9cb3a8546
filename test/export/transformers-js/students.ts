import { join } from 'node:path';
import { encode } from 'fast-png';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { imageDataset } from '../../../src/data/image-dataset.ts';
import { byteTokenizer } from '../../../src/data/text/tokenizers/byte-tokenizer.ts';
import { encodeSample } from '../../../src/data/text/tokenizers/tokenizer.ts';
import type { HostTensor } from '../../../src/device/device.ts';
import type { OnnxDevice } from '../../../src/device/onnx/onnx-device.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import type { ExportedFile } from '../../../src/export/apart/protocol.ts';
import { exportModel } from '../../../src/export/export-model.ts';
import { type Precision, precisions } from '../../../src/export/forms.ts';
import { ExportedModel } from '../../../src/export/onnx/exported-model.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { inputFiles } from '../../../src/models/checkpoint/input-files.ts';
import type { Model } from '../../../src/models/model.ts';
import { TextGenerator } from '../../../src/training/generation/text-generator.ts';
import { change, logitsOf } from '../../compression/models.ts';
import type { Question } from './ask.ts';
import type { Kind } from './kinds.ts';

/** As transformers.js calls precisions. */
export const dtypes = { fp32: 'fp32', fp16: 'fp16', int8: 'q8', int4: 'q4' } as const satisfies Record<
  Precision,
  string
>;

const tokenizer = byteTokenizer();
const length = 24;
const newTokens = 8;
const classNames = ['zebra', 'an <b>ass</b>', 'mule'];
/** Of different lengths, with letters of several bytes; the last is longer than a text to classify may be. */
const texts = ['Call me Ishmæl.', 'So?', 'It is not down in any map; true places never are.'];
const prompts = ['Call me', 'Whales', 'æ'];

/** A student that was exported, what is asked of it, and how it answers here. */
export interface Exported {
  readonly question: Question;
  readonly files: readonly ExportedFile[];
  readonly inputs: Readonly<Record<string, HostTensor>>;
  /** Of the trained model. */
  readonly logits: Float32Array;
  /** Of each file, run by ONNX Runtime. */
  readonly stored: Readonly<Record<Precision, Float32Array>>;
  /** Prompts and the most probable tokens behind them, of the trained model. */
  readonly generated: readonly (readonly number[])[];
  readonly classNames: readonly string[];
}

/**
 * @param home folder in which it comes to lie, under its name
 * @param wanted precisions
 */
export async function exportStudent(
  device: OnnxDevice,
  [name, { goal, config, opens }]: readonly [string, Kind],
  home: string,
  wanted = Object.keys(precisions) as readonly Precision[],
): Promise<Exported> {
  const channels = name.length % 2 === 0 ? 1 : 3;
  const dataset = goal === 'images' ? images(channels) : { task: textTask(goal), tokenizer };
  const { task } = dataset;
  const model = buildModel(modelSchema.parse(config), task, RandomGenerator.forUse(1, name));
  await stir(model);
  const from = join(home, 'trained', name);
  const asked = goal === 'language-model' ? prompts : texts;
  const inputs =
    'test' in dataset ? dataset.test.batch(Int32Array.of(0, 1, 2), 3).input : textInputs(asked, task);
  await saveModel(model, from, {
    ...(goal !== 'language-model' && { classNames }),
    endId: tokenizer.endId,
    files: inputFiles(model, dataset),
  });
  const to = join(home, 'exported', name);
  const files = await exportModel({
    device,
    from,
    to,
    plan: { formats: ['transformers-js'], precisions: wanted },
    samples: async () => ({ batches: [inputs] }),
  });
  const stored = {} as Record<Precision, Float32Array>;
  for (const { file, precision } of files) {
    const opened = await ExportedModel.open(join(to, file), model);
    stored[precision] = await opened.answer(inputs);
    await opened.release();
  }
  const found: Exported = {
    question: {
      name,
      task:
        goal === 'images'
          ? 'image-classification'
          : goal === 'classification'
            ? 'text-classification'
            : 'text-generation',
      opens,
      dtypes: wanted.map((precision) => dtypes[precision]),
      texts: goal === 'images' ? [] : asked,
      images: goal === 'images' ? pictures(channels).map((picture) => picture.toString('base64')) : [],
      grey: channels === 1,
      newTokens: goal === 'language-model' ? newTokens : 0,
    },
    files,
    inputs,
    logits: await logitsOf(device, model, inputs),
    stored,
    generated: goal === 'language-model' && opens !== 'not' ? await generate(device, model) : [],
    classNames,
  };
  model.dispose();
  return found;
}

/** Weights that are drawn leave the answers to all samples nearly the same; these do not. */
async function stir(model: Model): Promise<void> {
  const generator = RandomGenerator.forUse(1, 'stirred');
  for (const variable of model.parameters.values())
    await change(variable, (value) =>
      model.task.image
        ? value + (variable.shape.length === 1 ? 0.4 * generator.uniform() - 0.2 : 0)
        : value + generator.uniform() - 0.5,
    );
}

const textTask = (goal: 'classification' | 'language-model'): TaskShape => ({
  classes: goal === 'classification' ? classNames.length : tokenizer.vocabulary,
  text: { goal, vocabulary: tokenizer.vocabulary, length, padId: tokenizer.padId },
});

/** Texts as training sees them, the shorter ones padded behind their end. */
function textInputs(given: readonly string[], { text }: TaskShape): Record<string, HostTensor> {
  const all = given.map((one) =>
    text!.goal === 'classification' ? encodeSample(tokenizer, one, length) : [...tokenizer.encode(one)],
  );
  const longest = Math.max(...all.map((ids) => ids.length));
  const shape = [all.length, longest];
  const each = <Value>(of: (ids: readonly number[], at: number) => Value) =>
    all.flatMap((ids) => Array.from({ length: longest }, (_, at) => of(ids, at)));
  return {
    ids: { data: Int32Array.from(each((ids, at) => ids[at] ?? tokenizer.padId)), shape, dtype: 'int32' },
    mask: { data: Float32Array.from(each((ids, at) => (at < ids.length ? 1 : 0))), shape, dtype: 'float32' },
  };
}

const side = 16;

const bytesOf = (channels: number): Uint8Array => {
  const generator = RandomGenerator.forUse(channels, 'pictures');
  return Uint8Array.from({ length: 3 * side * side * channels }, () => generator.below(256));
};

function images(channels: number) {
  const labelled = { pixels: bytesOf(channels), labels: Uint8Array.of(0, 1, 2) };
  return imageDataset([side, side, channels], classNames, labelled, labelled, {
    validation: 0,
    splitSeed: 1,
    mean: channels === 1 ? 0.13 : [0.49, 0.48, 0.45],
    std: channels === 1 ? 0.31 : [0.25, 0.24, 0.26],
  });
}

function pictures(channels: number): Buffer[] {
  const bytes = bytesOf(channels);
  const size = side * side * channels;
  return [0, 1, 2].map((at) =>
    Buffer.from(
      encode({ width: side, height: side, channels, data: bytes.subarray(at * size, (at + 1) * size) }),
    ),
  );
}

async function generate(device: OnnxDevice, model: Model): Promise<number[][]> {
  const generator = new TextGenerator(device, model);
  try {
    const asked = prompts.map((prompt) => ({
      ids: tokenizer.encode(prompt),
      generator: RandomGenerator.forUse(1, 'unused'),
    }));
    const longest = { sampling: { temperature: 0 }, length, endId: tokenizer.endId };
    const found = await generator.continue(asked, longest);
    return found.map((tokens, at) => [...asked[at]!.ids, ...tokens.slice(0, newTokens)]);
  } finally {
    generator.dispose();
  }
}
