import { join } from 'node:path';
import { z } from 'zod';
import { readNamed } from '../../base/regular-file.ts';
import type { SpamAssassinConfig } from '../../experiment/datasets/spam-assassin.ts';
import type { Dataset } from '../dataset.ts';
import { dataPackages } from '../packages/data-packages.ts';
import { requirePackage } from '../packages/npm-package.ts';
import type { LabelledText } from '../text/labelled-texts.ts';
import { classificationDataset } from '../text/text-classification.ts';
import type { DatasetReader } from './dataset-reader.ts';
import { lookForPackage } from './package-look.ts';
import { assumedTexts } from './texts.ts';

const classNames = ['ham', 'spam'];

const listSchema = z.array(z.string().regex(/^(easy-ham|hard-ham|spam)-\d\/[\w.]+\.txt$/));

/**
 * Subject and text of a mail. All other header lines tell which mailing list or filter a mail went through, which a
 * model would learn instead of what is in it.
 */
export function subjectAndText(mail: string): string {
  const end = /\r?\n\r?\n/.exec(mail);
  const header = end ? mail.slice(0, end.index) : mail;
  const body = end ? mail.slice(end.index + end[0].length) : '';
  // A header line goes on in lines that begin with white space.
  const subject = /^subject:[ \t]*(.*(?:\r?\n[ \t].*)*)/im.exec(header)?.[1] ?? '';
  return `${subject.replace(/\r?\n[ \t]+/g, ' ').trim()}\n${body}`;
}

/**
 * The mails of SpamAssassin's public corpus.
 * @throws UserError if the package is nowhere.
 */
async function openSpamAssassin(config: SpamAssassinConfig, directory: string): Promise<Dataset> {
  const root = requirePackage(
    dataPackages['spam-assassin'],
    directory,
    'Or name your own file with "kind": "text-classification".',
  );
  const data = join(root, 'data');
  const list = listSchema.parse(
    JSON.parse((await readNamed(join(data, 'file_list.json'), 16e6)).toString('utf8')),
  );
  // Some thirty megabytes in thousands of files, which are slower to open again than to keep.
  const kept: LabelledText[] = [];
  const read = async function* (): AsyncGenerator<LabelledText> {
    for (const [index, name] of list.entries()) {
      const label = name.startsWith('spam') ? 'spam' : 'ham';
      kept[index] ??= {
        text: subjectAndText((await readNamed(join(data, name), 16e6)).toString('utf8')),
        label,
        place: name,
      };
      yield kept[index];
    }
  };
  const dataset = await classificationDataset(
    { train: { file: data, read } },
    { ...config, classes: classNames },
    directory,
  );
  // That mails which stand in it twice are kept on one side is what is promised of this corpus, and nothing to be told.
  return { ...dataset, remarks: dataset.remarks?.filter(({ kind }) => kind !== undefined) };
}

export const spamAssassin: DatasetReader<SpamAssassinConfig> = {
  open: openSpamAssassin,
  look: lookForPackage(dataPackages['spam-assassin']),
  classNames: () => classNames,
  assumedTask: ({ maxLength }) => assumedTexts('classification', maxLength),
};
