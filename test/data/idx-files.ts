import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A temporary directory that goes away with the test. */
export function temporaryDirectory(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'distillery-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The bytes of an IDX file of unsigned bytes. */
export function idxBytes(shape: readonly number[], data: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => {
    view.setUint32(4 + 4 * axis, size);
  });
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

/** Writes images of 2 × 3 pixels, the k-th filled with k, and their labels; returns an `idx` dataset section. */
export function writeIdxDataset(
  directory: string,
  trainLabels: readonly number[],
  testLabels: readonly number[],
): {
  kind: 'idx';
  train: { images: string; labels: string };
  test: { images: string; labels: string };
} {
  const write = (name: string, labels: readonly number[]) => {
    const pixels = labels.flatMap((_, index) => new Array<number>(6).fill(index % 256));
    writeFileSync(join(directory, `${name}-images`), idxBytes([labels.length, 2, 3], pixels));
    writeFileSync(join(directory, `${name}-labels`), idxBytes([labels.length], labels));
    return { images: `${name}-images`, labels: `${name}-labels` };
  };
  return { kind: 'idx', train: write('train', trainLabels), test: write('test', testLabels) };
}
