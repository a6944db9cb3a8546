import { stat } from 'node:fs/promises';
import { openDocuments } from '../../data/text/rows/documents.ts';
import { labelledFile } from '../../data/text/text-classification.ts';
import type { Finding } from '../../experiment/parsing/problem.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import { findingOf } from '../context.ts';
import { forAWhile } from './look-time.ts';

type TextConfig = Extract<DatasetConfig, { kind: 'text-classification' | 'language-model' }>;

/** Findings by all that they depend on, so that nothing is read twice while other parts of a file are edited. */
const remembered = new Map<string, readonly Finding[]>();
const mostRemembered = 16;
/** UTF-16 units that are read however slow the machine is. */
const fewestUnits = 8e6;

/** What the beginning of texts shows that are too large to be read as a whole: as many rows as there is time for. */
export async function rowFindings(config: TextConfig, directory: string): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const option of ['train', 'test'] as const) {
    const path = config[option];
    if (path === undefined) continue;
    const status = await stat(resolvePath(directory, path)).catch(() => undefined);
    const key = JSON.stringify([config, directory, option, status?.size, status?.mtimeMs]);
    const known = remembered.get(key) ?? (await look(config, option, path, directory));
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, known);
    found.push(...known);
  }
  return found;
}

async function look(
  config: TextConfig,
  option: 'train' | 'test',
  path: string,
  directory: string,
): Promise<readonly Finding[]> {
  const timeLeft = forAWhile();
  try {
    const rows =
      config.kind === 'text-classification'
        ? (await labelledFile(path, config, directory)).read()
        : (await openDocuments(path, config, directory)).read();
    let units = 0;
    for await (const { text } of rows) {
      units += text.length;
      if (units > fewestUnits && !timeLeft()) break;
    }
    return [];
  } catch (error) {
    return [findingOf(error, ['dataset', option], 'file')];
  }
}
