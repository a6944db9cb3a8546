import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../base/user-error.ts';
import type { TextShape } from '../../data/dataset.ts';
import {
  type AddedToken,
  addedTokens,
  contentOf,
  modelTokens,
  readDefinition,
  readSettings,
  type Settings,
} from '../../data/text/tokenizer-json/definition.ts';
import { checkpointTokenizer } from '../../data/text/tokenizers/checkpoint-tokenizer.ts';
import type { Tokenizer } from '../../data/text/tokenizers/tokenizer.ts';
import { bool, type GgufValue, int32s, string, strings, uint32 } from '../../models/gguf/values.ts';
import { bytePairsOf } from './byte-pairs.ts';
import { Inexpressible } from './inexpressible.ts';

export interface GgufVocabulary {
  /** Keys with all that stands before them. */
  readonly metadata: Readonly<Record<string, GgufValue>>;
  /** Of what texts llama.cpp makes other tokens; undefined where it makes the same of all. */
  readonly remark: string | undefined;
}

/** LLAMA_TOKEN_TYPE */
const [normal, control, userDefined, unused] = [1, 3, 4, 5];

/**
 * The tokenizer beside a model as llama.cpp reads it: byte pairs, which is all that it computes just as transformers
 * does.
 * @param folder of the model
 * @throws UserError if there is none, or one of which llama.cpp would make other tokens
 */
export async function ggufVocabulary(folder: string, text: TextShape): Promise<GgufVocabulary> {
  const file = join(folder, 'tokenizer.json');
  const refuse = (message: string) => new UserError(message, { remedy, place: file });
  const tokenizer = await checkpointTokenizer(folder);
  if (!tokenizer)
    throw refuse(`There is no tokenizer.json in ${folder}, without which llama.cpp cannot read texts.`);
  const files = tokenizer.files();
  const definition = readDefinition(files['tokenizer.json']!, file);
  const settings = readSettings(files['tokenizer_config.json'] ?? '{}', file);
  const model = modelTokens(definition.model);
  const added = addedTokens(definition, settings, model);
  try {
    const { metadata, remark } = bytePairsOf(definition, model);
    requirePlain(added);
    return {
      metadata: {
        'tokenizer.ggml.model': string('gpt2'),
        ...metadata,
        ...tokenKeys(tokenizer, added, text),
        ...specialKeys(tokenizer, settings),
        ...chatKeys(settings),
      },
      remark,
    };
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error;
    throw refuse(`llama.cpp cannot make the tokens of this model out of a text: ${error.message}.`);
  }
}

const remedy =
  'Train the student with the tokenizer "bytes", or one of byte pairs, such as those of GPT-2, Llama 3 and Qwen; this one goes out as ONNX or safetensors.';

function requirePlain(added: readonly AddedToken[]): void {
  const flags = ['lstrip', 'rstrip', 'single_word'] as const;
  for (const token of added)
    for (const flag of flags)
      if (token[flag])
        throw new Inexpressible(
          `its token ${JSON.stringify(token.content)} has the option ${flag}, which llama.cpp has not`,
        );
}

function tokenKeys(
  { tokens, vocabulary }: Tokenizer,
  added: readonly AddedToken[],
  text: TextShape,
): Record<string, GgufValue> {
  if (vocabulary > text.vocabulary)
    throw new Inexpressible(`it has ${vocabulary} tokens, but the model ${text.vocabulary}`);
  const special = new Map(added.map((token) => [token.id, token]));
  const names: (string | undefined)[] = Array.from({ length: text.vocabulary }, () => undefined);
  for (const [token, id] of tokens) {
    const other = names[id];
    if (other !== undefined)
      throw new Inexpressible(
        `its id ${id} stands for both ${JSON.stringify(other)} and ${JSON.stringify(token)}`,
      );
    names[id] = token;
  }
  return {
    // Models have more places than there are tokens where their makers rounded up.
    'tokenizer.ggml.tokens': strings(names.map((name, id) => name ?? unusedName(id, tokens))),
    'tokenizer.ggml.token_type': int32s(
      names.map((name, id) => {
        if (name === undefined) return unused;
        const token = special.get(id);
        if (!token) return normal;
        return token.special ? control : userDefined;
      }),
    ),
  };
}

/** Tokens need names that no other has. */
function unusedName(id: number, tokens: Tokenizer['tokens']): string {
  let name = `[PAD${id}]`;
  while (tokens.has(name)) name = `[${name}]`;
  return name;
}

function specialKeys(
  { tokens, padId, endId, begin }: Tokenizer,
  settings: Settings,
): Record<string, GgufValue> {
  if (endId === undefined)
    throw new Inexpressible('it has no token that ends a text, and llama.cpp would take another for one');
  if (begin.length > 1)
    throw new Inexpressible(`it puts ${begin.length} tokens before a text, and llama.cpp one at most`);
  const named = (name: 'bos_token' | 'pad_token' | 'unk_token') => {
    const content = contentOf(settings[name]);
    return content === undefined ? undefined : tokens.get(content);
  };
  const [first = named('bos_token') ?? endId] = begin;
  const unknown = named('unk_token');
  return {
    'tokenizer.ggml.bos_token_id': uint32(first),
    'tokenizer.ggml.eos_token_id': uint32(endId),
    ...(named('pad_token') !== undefined && { 'tokenizer.ggml.padding_token_id': uint32(padId) }),
    ...(unknown !== undefined && { 'tokenizer.ggml.unknown_token_id': uint32(unknown) }),
    'tokenizer.ggml.add_bos_token': bool(begin.length > 0),
    'tokenizer.ggml.add_eos_token': bool(false),
  };
}

/** Of a student that learned from a model that chats. */
function chatKeys({ chat_template: template }: Settings): Record<string, GgufValue> {
  const { data } = z.string().safeParse(template);
  return data === undefined ? {} : { 'tokenizer.chat_template': string(data) };
}
