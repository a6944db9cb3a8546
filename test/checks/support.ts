import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { checkExperiment } from '../../src/checks/check.ts';
import type { Problem } from '../../src/experiment/parsing/problem.ts';

/** A folder that is gone after the tests. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'distillery-checks-'));
  after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The bytes of an IDX file of unsigned bytes. */
export function idx(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = 8;
  header[3] = shape.length;
  for (const [index, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * index);
  return Buffer.concat([header, Uint8Array.from(data)]);
}

export const images = (count: number, height = 8, width = height) =>
  idx([count, height, width], new Uint8Array(count * height * width));

/** Labels 0, 1, 2, 0, 1, 2 … */
export const labels = (count: number, classes = 3) =>
  idx(
    [count],
    Array.from({ length: count }, (_, index) => index % classes),
  );

export async function writeFiles(folder: string, files: Record<string, Uint8Array | string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** A folder with a small dataset: 60 training and 12 test images of 8 × 8 pixels in 3 classes. */
export async function datasetFolder(changes: Record<string, Uint8Array | string> = {}): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    'train-images': images(60),
    'train-labels': labels(60),
    'test-images': images(12),
    'test-labels': labels(12),
    ...changes,
  });
  return folder;
}

const dataset = {
  kind: 'idx',
  train: { images: 'train-images', labels: 'train-labels' },
  test: { images: 'test-images', labels: 'test-labels' },
};

/** Problems of a small sound experiment in this folder, with sections replaced and options of its dataset added. */
export function check(
  folder: string,
  changes: Record<string, unknown> = {},
  options: Record<string, unknown> = {},
  dataDirectory?: string,
): Promise<Problem[]> {
  const experiment = {
    name: 'x',
    dataset: { ...dataset, ...options },
    student: { model: { architecture: 'mlp', hidden: [4] } },
    strategy: { kind: 'direct' },
    ...changes,
  };
  return checkExperiment(JSON.stringify(experiment, null, 2), join(folder, 'x.distill.json'), {
    dataDirectory,
  });
}

/** What users read of problems, without places. */
export const told = (problems: readonly Problem[]) =>
  problems.map(({ severity, code, path, message, remedy }) => ({
    severity,
    code,
    path: path.join('.'),
    message,
    remedy,
  }));
