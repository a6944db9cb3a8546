// Writes the JSON Schema of experiments: in full for other editors, and without judgements for VS Code, where the
// extension's own checks speak.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const { outputFiles } = await build({
  absWorkingDir: root,
  stdin: {
    contents:
      "export { experimentJsonSchema } from './src/experiment/schema/json-schema.ts'; export { editorJsonSchema } from './src/experiment/editing/editor-schema.ts';",
    resolveDir: root,
    loader: 'ts',
  },
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'esm',
});
const source = Buffer.from(outputFiles[0].text).toString('base64');
const { experimentJsonSchema, editorJsonSchema } = await import(`data:text/javascript;base64,${source}`);
await mkdir(join(root, 'dist'), { recursive: true });
const write = (name, schema) =>
  writeFile(join(root, 'dist', name), `${JSON.stringify(schema, undefined, 2)}\n`);
await write('experiment.schema.json', experimentJsonSchema());
await write('experiment.editor.schema.json', editorJsonSchema());
