import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/base/user-error.ts';
import { readSafetensors, writeSafetensors } from '../../src/models/checkpoint/safetensors.ts';
import { temporaryDirectory } from '../data/idx-files.ts';
import { checkpointFolder } from './reference-checkpoint.ts';

/** A reference checkpoint of a test's own, to be changed. @returns its folder */
export const copyOf = (context: Parameters<typeof temporaryDirectory>[0], name: string) => {
  const directory = join(temporaryDirectory(context), name);
  cpSync(checkpointFolder(name), directory, { recursive: true });
  return directory;
};

/** Changes its config.json. */
export const edit = (directory: string, change: (config: Record<string, unknown>) => void) => {
  const file = join(directory, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8'));
  change(config);
  writeFileSync(file, JSON.stringify(config));
};

/** Renames its tensors, or leaves out those without a new name. */
export async function editWeights(directory: string, change: (name: string) => string | undefined) {
  const file = join(directory, 'model.safetensors');
  const { tensors } = await readSafetensors(file);
  const changed = new Map();
  for (const [name, tensor] of tensors) {
    const renamed = change(name);
    if (renamed !== undefined) changed.set(renamed, tensor);
  }
  await writeSafetensors(file, changed, { format: 'pt' });
}

/** It fails by a mistake of the user's, with this message and remedy. */
export async function refuse(work: Promise<unknown>, message: RegExp, remedy = /./) {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    assert.match(error.remedy ?? '', remedy);
    return true;
  });
}
