import { stat } from 'node:fs/promises';
import { fileProblem } from '../../base/file-problem.ts';
import { readerOf } from '../../data/datasets/all.ts';
import type { DatasetFacts, Looker, Named } from '../../data/datasets/dataset-reader.ts';
import type { Finding } from '../../experiment/parsing/problem.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import { findingOf } from '../context.ts';
import { decodeSome } from '../partly/some-images.ts';
import { rowFindings } from '../partly/some-rows.ts';
import { hasConversations } from './known-tokenizer.ts';
import { namedIn } from './named-in.ts';
import { didYouMean } from './neighbours.ts';
import { remarkFindings, wholeDataset } from './whole-dataset.ts';

/**
 * Looks at the files of a dataset: there, readable, whole, belonging together; of small ones all, of texts and folders of
 * images as much as two seconds allow. Without an error there are facts, as far as they can be known.
 */
export async function readDatasetFacts(
  config: DatasetConfig,
  directory: string,
): Promise<{ facts?: DatasetFacts; findings: readonly Finding[] }> {
  const reader = readerOf(config);
  const found: Finding[] = [];
  const looker = lookerInto(found, directory);
  const tokenizer =
    'tokenizer' in config && config.tokenizer.kind === 'file' ? config.tokenizer.file : undefined;
  if (tokenizer !== undefined)
    await looker.attempt({ option: ['tokenizer', 'file'], written: tokenizer }, () =>
      mustBeFile(resolvePath(directory, tokenizer)),
    );
  const looked = await reader.look(config, directory, looker);
  if (found.length > 0) return { findings: found };
  const texts = reader.texts?.(config, directory);
  if (texts) {
    // Conversations whose tokenizer is not here yet can only be looked at row by row.
    const unwritten = hasConversations(config) && config.tokenizer.kind === 'auto';
    const whole = unwritten ? undefined : await wholeDataset(config, texts, directory);
    return whole ?? { findings: await rowFindings(config, texts, directory) };
  }
  return { facts: looked?.facts, findings: remarkFindings(looked?.remarks ?? []) };
}

/** Tells what goes wrong in a list of findings. */
function lookerInto(found: Finding[], directory: string): Looker {
  return {
    async attempt(named, read) {
      try {
        return await read();
      } catch (error) {
        found.push(
          isOne(named)
            ? await fileFinding(error, named, directory)
            : findingOf(error, ['dataset', ...namedIn(error, named, directory).option], 'file'),
        );
        return undefined;
      }
    },
    decodeSome: (images) => decodeSome(images),
  };
}

const isOne = (named: Named | readonly Named[]): named is Named => !Array.isArray(named);

async function fileFinding(
  error: unknown,
  { option, written, code }: Named,
  directory: string,
): Promise<Finding> {
  const path = ['dataset', ...option];
  const missing = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  const finding = findingOf(error, path, code ?? (missing ? 'file-missing' : 'file'));
  const meant = missing && written !== undefined ? await didYouMean(directory, written, path) : undefined;
  return { ...finding, ...meant };
}

async function mustBeFile(file: string): Promise<void> {
  try {
    if ((await stat(file)).isFile()) return;
  } catch (error) {
    throw fileProblem(error, file);
  }
  throw fileProblem(Object.assign(new Error(), { code: 'EISDIR' }), file);
}
