import { dirname, join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { fileProblem } from '../../../base/file-problem.ts';
import { nowReading } from '../../../base/reading.ts';
import { readNamed } from '../../../base/regular-file.ts';
import { UserError } from '../../../base/user-error.ts';
import { chatOfTokenizer, templateFile } from '../chat/chat-of-tokenizer.ts';
import {
  type AddedToken,
  addedTokens,
  contentOf,
  type Definition,
  modelTokens,
  readDefinition,
  readSettings,
  type Settings,
} from '../tokenizer-json/definition.ts';
import { encoderOf } from '../tokenizer-json/encoder.ts';
import { section } from '../tokenizer-json/section.ts';
import { type Template, templateOf } from '../tokenizer-json/template.ts';
import { timeLimited } from '../tokenizer-json/time-limit.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Vocabularies of a quarter of a million tokens take 35 MB. */
const longestFile = 256e6;

const usualPads = ['[PAD]', '<pad>', '<|padding|>', '<|pad|>'];
const usualEnds = ['<|endoftext|>', '</s>', '<|end_of_text|>', '[SEP]'];

/**
 * A tokenizer.json as Hugging Face's tokenizers write it; tokenizer_config.json is read where it lies beside it.
 * @throws UserError if a file cannot be read or the tokenizer is of a kind that is not supported.
 */
export async function fileTokenizer(file: string): Promise<Tokenizer> {
  const settingsFile = join(dirname(file), 'tokenizer_config.json');
  const definitionText = await readText(file);
  const templatePlace = join(dirname(file), templateFile);
  const templateText = await readText(templatePlace).catch(() => undefined);
  const settingsText = await readText(settingsFile).catch(() => '{}');
  const definition = readDefinition(definitionText, file);
  const stored = readSettings(settingsText, settingsFile);
  // The file of its own counts where there are both, as for transformers.
  const settings = templateText === undefined ? stored : { ...stored, chat_template: templateText };
  const added = addedTokens(definition, settings, modelTokens(definition.model));
  const { normalizer, pre_tokenizer, post_processor, decoder: decoding } = definition;
  const limited = timeLimited([normalizer, pre_tokenizer, post_processor, decoding]);
  nowReading(file);
  const [encoder, template] = supported(file, () => [
    limited(definitionText.length, () => encoderOf(definition, added)),
    section('post_processor', () => templateOf(definition.post_processor)),
  ]);
  const { tokens, unknown } = encoder;
  const idOf = (name: 'pad_token' | 'eos_token' | 'sep_token', usual: readonly string[]) => {
    const content = contentOf(settings[name]);
    const candidates = content === undefined ? usual : [content];
    return candidates.map((candidate) => tokens.get(candidate)).find((id) => id !== undefined);
  };
  const endId = idOf(settings.eos_token ? 'eos_token' : 'sep_token', usualEnds);
  let vocabulary = 0;
  for (const id of tokens.values()) vocabulary = Math.max(vocabulary, id + 1);
  const decoder = laterDecoder(definition, settings, added);
  return {
    vocabulary,
    tokens,
    padId: idOf('pad_token', usualPads) ?? endId ?? 0,
    endId,
    ...template,
    chat: chatOfTokenizer(settings, templateText === undefined ? settingsFile : templatePlace),
    begin: beginOf(template, settings),
    encode: (sample) => {
      nowReading(file);
      return supported(file, () => limited(sample.length, () => encoder.encode(sample)));
    },
    encodePlaced: (sample) => {
      nowReading(file);
      const made = supported(file, () => limited(sample.length, () => encoder.encodePlaced(sample)));
      const plain = supported(file, () => limited(sample.length, () => encoder.encode(sample)));
      if (made.ids.length !== plain.length || made.ids.some((id, at) => id !== plain[at]))
        throw new Error(`${file} makes other tokens of a text whose places are followed.`);
      return made;
    },
    unknownId: unknown,
    decode: (ids) => {
      nowReading(file);
      return ids.length === 0 ? '' : supported(file, () => limited(ids.length, () => decoder(ids)));
    },
    files: () => ({
      'tokenizer.json': definitionText,
      'tokenizer_config.json': templateText === undefined ? settingsText : JSON.stringify(settings),
    }),
  };
}

/** The keys that Distillery 0.1.0 wrote beside its own vocabularies. */
const firstWritten = [
  'tokenizer_class,pad_token,unk_token,cls_token,sep_token,eos_token',
  'tokenizer_class,pad_token,bos_token,eos_token',
];

/**
 * What stands before a document that is to be continued: what the template puts before any text, as the one of Llama
 * does. Distillery 0.1.0 wrote a template for classification beside models that had never seen it.
 */
function beginOf({ prefix }: Template, settings: Settings): readonly number[] {
  return firstWritten.includes(Object.keys(settings).join()) ? [] : prefix;
}

async function readText(file: string): Promise<string> {
  try {
    return (await readNamed(file, longestFile)).toString('utf8');
  } catch (error) {
    throw fileProblem(error, file);
  }
}

/** @throws UserError in the place of any error of what reads the parts of the file */
function supported<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UserError(`${file} holds a tokenizer that cannot be used here: ${(error as Error).message}.`, {
      remedy: 'Take another tokenizer.json, or "bytes" or "words".',
      place: file,
      cause: error,
    });
  }
}

/** Makes texts of ids. The library that does it is made when it is first needed: it reads all of the vocabulary. */
function laterDecoder(
  definition: Definition,
  settings: Settings,
  added: readonly AddedToken[],
): (ids: readonly number[]) => string {
  let made: HuggingFaceTokenizer | undefined;
  return (ids) =>
    section('decoder', () => {
      made ??= makeDecoder(definition, settings, added);
      return made.decode([...ids], { skip_special_tokens: true });
    });
}

const makeDecoder = (definition: Definition, settings: Settings, added: readonly AddedToken[]) =>
  new HuggingFaceTokenizer(
    {
      ...definition,
      added_tokens: added,
      decoder: definition.decoder ?? null,
      normalizer: null,
      pre_tokenizer: null,
      post_processor: null,
    },
    settings,
  );
