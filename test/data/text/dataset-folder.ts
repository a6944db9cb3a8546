import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import type { Dataset } from '../../../src/data/dataset.ts';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { datasetSchema } from '../../../src/experiment/schema/schema.ts';

/** For the files of one process; it goes when its tests have ended. */
export const folder = mkdtempSync(join(tmpdir(), 'distillery-texts-'));
after(() => rmSync(folder, { recursive: true }));

/** Puts a file into the folder. */
export const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
/** Opens a dataset whose paths start in the folder. */
export const open = (config: object): Promise<Dataset> => openDataset(datasetSchema.parse(config), folder);
/** Opening is refused with this message, and a remedy. */
export const fails = (config: object, pattern: RegExp) =>
  assert.rejects(
    open(config),
    (error: unknown) =>
      error instanceof UserError && pattern.test(error.message) && (error.remedy ?? '') !== '',
  );
