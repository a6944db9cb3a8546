// Writes dist/experiment.schema.json, which VS Code and other editors read for completion and hovers.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/experiment/json-schema.ts'],
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'esm',
});
const source = Buffer.from(outputFiles[0].text).toString('base64');
const { experimentJsonSchema } = await import(`data:text/javascript;base64,${source}`);
await mkdir(join(root, 'dist'), { recursive: true });
await writeFile(
  join(root, 'dist/experiment.schema.json'),
  `${JSON.stringify(experimentJsonSchema(), undefined, 2)}\n`,
);
