import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../frame/random.ts';

const side = 8;
const classes = 4;

/** Real experiments that take a second: what they train differs, and so what they write. */
export const experiments = ['response', 'online', 'generated', 'quantize'] as const;
export type ExperimentName = (typeof experiments)[number];

/** Writes data and experiment files into a folder; the same for every campaign. */
export function makeProject(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const random = new Random('data of the campaign');
  for (const [name, count] of [
    ['train', 160],
    ['test', 40],
  ] as const)
    writeImages(folder, name, count, random);
  writeFileSync(join(folder, 'novel.txt'), novel(random));
  for (const [name, experiment] of Object.entries(contents()))
    writeFileSync(fileOf(folder, name), JSON.stringify({ name, device: 'cpu', seeds: [1], ...experiment }));
}

export const fileOf = (folder: string, name: string) => join(folder, `${name}.distill.json`);

function contents(): Record<ExperimentName, object> {
  const pair = (name: string) => ({ images: `${name}-images`, labels: `${name}-labels` });
  const images = { kind: 'idx', train: pair('train'), test: pair('test'), validation: 0.2 };
  const teacher = {
    model: { architecture: 'mlp', hidden: [16] },
    training: { epochs: 3, batchSize: 16 },
  };
  const student = { model: { architecture: 'mlp', hidden: [8], dropout: 0.1 } };
  const training = { epochs: 4, batchSize: 8 };
  const gpt = { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2 };
  return {
    response: { dataset: images, teacher, student, strategy: { kind: 'response' }, training },
    online: { dataset: images, student, strategy: { kind: 'online', peers: 2 }, training },
    generated: {
      dataset: {
        kind: 'language-model',
        train: 'novel.txt',
        length: 16,
        tokenizer: { kind: 'words', size: 40 },
      },
      teacher: { model: gpt, training: { epochs: 1, batchSize: 16 } },
      student: { model: gpt },
      strategy: { kind: 'generated', promptLength: 4 },
      training: { epochs: 1, batchSize: 16 },
    },
    quantize: { dataset: images, teacher, strategy: { kind: 'quantize' } },
  };
}

/** Images of which each class is bright at another place, as IDX files. */
function writeImages(folder: string, name: string, count: number, random: Random): void {
  const images = Buffer.alloc(16 + count * side * side);
  const labels = Buffer.alloc(8 + count);
  for (const [at, value] of [0x803, count, side, side].entries()) images.writeUInt32BE(value, 4 * at);
  for (const [at, value] of [0x801, count].entries()) labels.writeUInt32BE(value, 4 * at);
  for (let image = 0; image < count; image++) {
    labels[8 + image] = image % classes;
    for (let pixel = 0; pixel < side * side; pixel++) {
      const bright = Math.floor(pixel / (2 * side)) === image % classes;
      images[16 + image * side * side + pixel] = random.below(90) + (bright ? 150 : 0);
    }
  }
  writeFileSync(join(folder, `${name}-images`), images);
  writeFileSync(join(folder, `${name}-labels`), labels);
}

function novel(random: Random): string {
  const words = 'the a cat dog hat hill red old sat ran on to with and'.split(' ');
  const sentence = () =>
    `${Array.from({ length: random.between(4, 9) }, () => random.pick(words)).join(' ')}.`;
  const paragraph = () => Array.from({ length: 4 }, sentence).join(' ');
  return Array.from({ length: 60 }, paragraph).join('\n\n');
}
