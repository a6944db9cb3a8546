import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileProblem } from '../base/file-problem.ts';
import { readRegular } from '../base/regular-file.ts';
import { UserError } from '../base/user-error.ts';
import { preprocessorName } from '../models/checkpoint/preprocessor.ts';
import { replaceDirectory } from '../models/checkpoint/replace-directory.ts';
import type { ExportedFile } from './apart/protocol.ts';

/** Beside an exported model: what was written, and how each file answered. */
export const reportName = 'export.json';

/** How the inputs of a model are made: what lies beside its weights and goes along with every export. */
const inputFileNames = [
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.json',
  'merges.txt',
  'vocab.txt',
  'generation_config.json',
  preprocessorName,
];

const token = z.union([z.string(), z.object({ content: z.string() })]).nullish();
/** Tokens that special_tokens_map.json names again, for readers that know only that file. */
const tokenizerSettings = z.object({
  bos_token: token,
  eos_token: token,
  unk_token: token,
  sep_token: token,
  pad_token: token,
  cls_token: token,
  mask_token: token,
});

/** Far more than any tokenizer takes. */
const longestFile = 256e6;

/** Says beside an export what was written. */
export const writeReport = (directory: string, files: readonly ExportedFile[]): Promise<void> =>
  writeFile(join(directory, reportName), `${JSON.stringify({ files }, undefined, 2)}\n`);

/**
 * Copies the files that tell how inputs are made from one model's folder to another.
 * @throws UserError if one cannot be read
 */
export async function copyInputFiles(from: string, to: string): Promise<void> {
  const there = new Set(await readdir(from));
  for (const name of inputFileNames.filter((name) => there.has(name))) {
    const file = join(from, name);
    const content = await readRegular(file, longestFile).catch((error: unknown) => {
      throw fileProblem(error, file);
    });
    await writeFile(join(to, name), name === preprocessorName ? withItsChannels(content) : content);
    if (name === 'tokenizer_config.json')
      await writeFile(join(to, 'special_tokens_map.json'), specialTokensOf(content.toString('utf8'), file));
  }
}

function specialTokensOf(settings: string, file: string): string {
  const found = tokenizerSettings.safeParse(parsed(settings));
  if (!found.success)
    throw new UserError(`${file} does not describe a tokenizer: ${found.error.issues[0]!.message}.`, {
      remedy: 'Restore the file that was saved with the weights.',
      place: file,
    });
  const tokens = Object.entries(found.data).flatMap(([name, token]) =>
    token ? [[name, typeof token === 'string' ? token : token.content]] : [],
  );
  return `${JSON.stringify(Object.fromEntries(tokens), undefined, 2)}\n`;
}

const ofOneChannel = z.looseObject({ image_mean: z.tuple([z.number()]) });

/** transformers.js makes three channels of every image where nothing keeps it from that. */
function withItsChannels(content: Buffer): Buffer | string {
  const found = ofOneChannel.safeParse(parsed(content.toString('utf8')));
  return found.success
    ? `${JSON.stringify({ ...found.data, do_convert_rgb: false }, undefined, 2)}\n`
    : content;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Fills a folder that the user named, whole or not at all. One that is there already is only replaced where it holds an
 * earlier export.
 * @throws UserError if something else lies there
 */
export async function replaceExport(
  directory: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  await requireFreeFolder(directory);
  await replaceDirectory(directory, write);
}

/** @throws UserError where something lies at this path that is neither an empty folder nor an earlier export */
export async function requireFreeFolder(directory: string): Promise<void> {
  const found = await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw fileProblem(error, directory);
  });
  if (found.length > 0 && !found.includes(reportName))
    throw new UserError(`${directory} holds files that no export made.`, {
      remedy: 'Name a folder that is empty or not there yet.',
      place: directory,
    });
}
