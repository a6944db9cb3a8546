import { stat } from 'node:fs/promises';
import type { OwnTexts } from '../../data/datasets/dataset-reader.ts';
import type { Finding } from '../../experiment/parsing/problem.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import { findingOf } from '../context.ts';
import { forAWhile } from './look-time.ts';

/** Findings by all that they depend on, so that nothing is read twice while other parts of a file are edited. */
const remembered = new Map<string, readonly Finding[]>();
const mostRemembered = 16;
/** UTF-16 units that are read however slow the machine is. */
const fewestUnits = 8e6;

/** What the beginning of texts shows that are too large to be read as a whole: as many rows as there is time for. */
export async function rowFindings(
  config: DatasetConfig,
  texts: readonly OwnTexts[],
  directory: string,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const own of texts) {
    const status = await stat(resolvePath(directory, own.written)).catch(() => undefined);
    const key = JSON.stringify([config, directory, own.option, status?.size, status?.mtimeMs]);
    const known = remembered.get(key) ?? (await look(own));
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, known);
    found.push(...known);
  }
  return found;
}

async function look({ option, read }: OwnTexts): Promise<readonly Finding[]> {
  const timeLeft = forAWhile();
  try {
    let units = 0;
    for await (const { text } of await read()) {
      units += text.length;
      if (units > fewestUnits && !timeLeft()) break;
    }
    return [];
  } catch (error) {
    return [findingOf(error, ['dataset', ...option], 'file')];
  }
}
