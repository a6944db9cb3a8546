// Writes what the extension contributes into package.json, and its English texts into package.nls.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generateManifest } from '../extension/contributions/manifest.ts';

const root = resolve(import.meta.dirname, '..');
const write = (file: string, value: unknown) =>
  writeFileSync(join(root, file), `${JSON.stringify(value, null, 2)}\n`);

const { contributes, texts } = generateManifest();
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
write('package.json', { ...manifest, contributes });
write('package.nls.json', texts);
