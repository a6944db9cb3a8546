import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem } from '../data/file-problem.ts';
import { UserError } from '../experiment/user-error.ts';
import { readHuggingFaceConfig } from './huggingface/config.ts';
import type { ModelDescription, RawConfig } from './huggingface/description.ts';
import { isOwnConfig, readOwnConfig } from './own-config.ts';

/** A checkpoint as its files describe it, before any weight is read. */
export interface CheckpointDescription extends ModelDescription {
  /** config.json as it stands, if it is in the Hugging Face layout. */
  readonly origin?: RawConfig;
}

/**
 * What a checkpoint's config.json says of its model.
 * @throws UserError if it is missing, broken, or of a model that is not known here.
 */
export async function readModelConfig(directory: string): Promise<CheckpointDescription> {
  const file = join(directory, 'config.json');
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw fileProblem(error, file);
    throw new UserError(`${file} is not valid JSON: ${error.message}.`, {
      remedy: 'Restore the file that was saved with the weights.',
      place: file,
    });
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new UserError(`${file} is not a JSON object.`, {
      remedy: 'Restore the file that was saved with the weights.',
      place: file,
    });
  if (isOwnConfig(raw as RawConfig)) return readOwnConfig(raw as RawConfig, file);
  return { ...readHuggingFaceConfig(raw as RawConfig, file), origin: raw as RawConfig };
}
