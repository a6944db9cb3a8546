import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Parser, promise } from '../parser.ts';

const dtypes = ['F32', 'F16', 'BF16', 'I64', 'U8', 'F4', 'BOOL'];

const safetensorsOf = (header: object, dataBytes: number) => {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, Buffer.alloc(dataBytes, 1)]);
};

const twoTensors = {
  __metadata__: { format: 'pt', distillery: '{"a":1}' },
  a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
  b: { dtype: 'BF16', shape: [], data_offsets: [24, 26] },
};

/** The header by itself, as fast as it can be: JSON with what must agree. */
export const safetensorsHeader: Parser = {
  name: 'safetensors header',
  ending: '.safetensors',
  form: 'json',
  block: 20_000,
  words: [...dtypes, 'data_offsets', 'shape', 'dtype', '__metadata__', '[0,24]'],
  async open(folder) {
    const { parseHeader } = await import('../../../../src/models/checkpoint/safetensors-header.ts');
    const file = join(folder, 'input.safetensors');
    return {
      seeds: [twoTensors, { a: twoTensors.a }, {}].map((header) => Buffer.from(JSON.stringify(header))),
      read(input) {
        const { entries } = parseHeader(input, 26, file);
        for (const { begin, end } of entries.values())
          promise(begin >= 0 && begin <= end && end <= 26, 'a tensor lies outside of the file');
        return `${entries.size} tensors`;
      },
    };
  },
};

export const safetensors: Parser = {
  name: 'safetensors',
  ending: '.safetensors',
  form: 'bytes',
  block: 3000,
  words: [...dtypes, 'data_offsets', '{', '}', '[', ']'],
  async open(folder, root) {
    const { readSafetensors } = await import('../../../../src/models/checkpoint/safetensors.ts');
    const file = join(folder, 'input.safetensors');
    return {
      seeds: [
        readFileSync(join(root, 'test/fixtures/safetensors/python.safetensors')),
        safetensorsOf(twoTensors, 26),
        safetensorsOf({}, 0),
      ],
      async read(input) {
        writeFileSync(file, input);
        const { tensors } = await readSafetensors(file);
        for (const { shape, data } of tensors.values())
          promise(
            data.length === shape.reduce((product, size) => product * size, 1),
            'shape and data disagree',
          );
        return `${tensors.size > 0}`;
      },
    };
  },
};

export const configuration: Parser = {
  name: 'config.json',
  ending: 'config.json',
  form: 'json',
  block: 5000,
  words: [
    'bert',
    'gpt2',
    'llama',
    'qwen2',
    'qwen3',
    'mistral',
    'gemma3_text',
    'id2label',
    'num_labels',
    'rope_scaling',
    'hidden_size',
    'gelu_new',
    'distillery-',
    'architecture',
    'quantization',
    'sparsity',
  ],
  async open(folder, root) {
    const { readModelConfig } = await import('../../../../src/models/checkpoint/read-model-config.ts');
    const checkpoints = join(root, 'test/fixtures/checkpoints');
    const own = {
      architecture: 'distillery-mlp',
      task: { classes: 2, image: [28, 28, 1] },
      config: { architecture: 'mlp', hidden: [4] },
    };
    return {
      seeds: [
        ...readdirSync(checkpoints).map((name) => readFileSync(join(checkpoints, name, 'config.json'))),
        Buffer.from(JSON.stringify(own)),
      ],
      async read(input) {
        writeFileSync(join(folder, 'config.json'), input);
        const { config, task, classNames } = await readModelConfig(folder);
        promise(Number.isInteger(task.classes), 'a model has no number of classes');
        promise(classNames === undefined || classNames.length < 1e6, 'a model has a million classes');
        return config.architecture;
      },
    };
  },
};

export const weightIndex: Parser = {
  name: 'weight index',
  ending: 'model.safetensors.index.json',
  form: 'json',
  block: 2000,
  words: ['weight_map', 'model-00001-of-00004.safetensors', '../model.safetensors', '/dev/zero', 'CON'],
  async open(folder, root) {
    const { CheckpointWeights } = await import('../../../../src/models/checkpoint/checkpoint-weights.ts');
    const llama = join(root, 'test/fixtures/checkpoints/llama');
    for (const name of readdirSync(llama))
      if (name.endsWith('.safetensors')) writeFileSync(join(folder, name), readFileSync(join(llama, name)));
    return {
      seeds: [readFileSync(join(llama, 'model.safetensors.index.json'))],
      // A shard may be what is wrong.
      withoutFile: true,
      async read(input) {
        writeFileSync(join(folder, 'model.safetensors.index.json'), input);
        const weights = await CheckpointWeights.open(folder);
        try {
          return `${[...weights.names()].length > 0}`;
        } finally {
          await weights.close();
        }
      },
    };
  },
};
