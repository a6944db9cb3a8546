import { basename, dirname, relative, sep } from 'node:path';
import { Uri, workspace } from 'vscode';
import { exists } from '../commands/file-commands.ts';

/** IDX files that lie in the workspace already, as paths from the new experiment; undefined where there are none. */
export async function findImages(experiment: Uri): Promise<Record<string, unknown> | undefined> {
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
