import { basename, dirname, relative, sep } from 'node:path';
import { Uri, workspace } from 'vscode';
import { dataPackages } from '../../src/data/packages/data-packages.ts';
import { packageDirectory } from '../../src/data/packages/npm-package.ts';
import { exists } from '../commands/file-commands.ts';
import { digits } from './ready-data.ts';

/**
 * Images that a new experiment can open: those of the workspace, MNIST where it is on this machine, else the digits that
 * the extension brings, which are to be copied then.
 */
export async function usableImages(experiment: Uri): Promise<Record<string, unknown>> {
  const found = await findImages(experiment);
  if (found) return found;
  return packageDirectory(dataPackages.mnist, dirname(experiment.fsPath)) ? { kind: 'mnist' } : digits;
}

/** IDX files that lie in the workspace already, as paths from the new experiment; undefined where there are none. */
async function findImages(experiment: Uri): Promise<Record<string, unknown> | undefined> {
  const [images] = await workspace.findFiles('**/train-images*idx3*', '**/node_modules/**', 1);
  if (!images) return undefined;
  const folder = dirname(images.fsPath);
  const from = (name: string) =>
    relative(dirname(experiment.fsPath), `${folder}/${name}`).split(sep).join('/');
  const pair = (imagesName: string) => ({
    images: from(imagesName),
    labels: from(imagesName.replace('images', 'labels').replace('idx3', 'idx1')),
  });
  const train = basename(images.fsPath);
  for (const prefix of ['test', 't10k']) {
    const test = train.replace(/^train/, prefix);
    if (await exists(Uri.file(`${folder}/${test}`)))
      return { kind: 'idx', train: pair(train), test: pair(test) };
  }
  return undefined;
}
