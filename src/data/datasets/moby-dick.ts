import { join } from 'node:path';
import { z } from 'zod';
import { readNamed } from '../../base/regular-file.ts';
import type { MobyDickConfig } from '../../experiment/datasets/moby-dick.ts';
import type { Dataset } from '../dataset.ts';
import { dataPackages } from '../packages/data-packages.ts';
import { requirePackage } from '../packages/npm-package.ts';
import { languageDataset } from '../text/language-model.ts';
import { textDocuments } from '../text/rows/documents.ts';
import type { DatasetReader } from './dataset-reader.ts';
import { lookForPackage } from './package-look.ts';
import { assumedTexts } from './texts.ts';

const listSchema = z.array(z.string().regex(/^\w+\.txt$/));

/**
 * Moby Dick, a document a chapter, without the table of contents.
 * @throws UserError if the package is nowhere.
 */
async function openMobyDick(config: MobyDickConfig, directory: string): Promise<Dataset> {
  const root = requirePackage(
    dataPackages['moby-dick'],
    directory,
    'Or name your own text with "kind": "language-model".',
  );
  const data = join(root, 'data');
  const list = listSchema.parse(
    JSON.parse((await readNamed(join(data, 'file_list.json'), 1e6)).toString('utf8')),
  );
  const chapters = list.filter((name) => name !== 'contents.txt').map((name) => join(data, name));
  return languageDataset(
    textDocuments(chapters),
    undefined,
    { ...config, samples: 'packed' },
    directory,
    'Moby Dick',
  );
}

export const mobyDick: DatasetReader<MobyDickConfig> = {
  open: openMobyDick,
  look: lookForPackage(dataPackages['moby-dick']),
  assumedTask: ({ length }) => assumedTexts('language-model', length),
};
