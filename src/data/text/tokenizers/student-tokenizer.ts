import {
  addedTokens,
  contentOf,
  modelTokens,
  readDefinition,
  readSettings,
  specialNames,
} from '../tokenizer-json/definition.ts';
import { templateOf } from '../tokenizer-json/template.ts';
import { specialToken, type Tokenizer } from './tokenizer.ts';

export interface StudentTokenizerOptions {
  /** Whether the student is to go on with texts. */
  readonly continuesTexts: boolean;
  /** Tokens of the longest text, special ones counted. */
  readonly length: number;
  /** Whether the student reads token types, by which the texts of a pair are told apart. */
  readonly segments?: boolean;
  /**
   * transformers 5 rebuilds the tokenizers of some kinds of model from their vocabulary, whatever their files say; a
   * class of its own keeps it from that.
   */
  readonly ownClass?: boolean;
}

/** Keys of a tokenizer_config.json that change no id. */
const keptKeys = ['additional_special_tokens', 'extra_special_tokens', 'chat_template'] as const;

const classFile = 'tokenization_student.py';
const className = 'StudentTokenizer';
const classText = `# Opens the tokenizer.json of this student as it is. Only read where trust_remote_code is set.
from transformers import PreTrainedTokenizerFast


class ${className}(PreTrainedTokenizerFast):
    pass
`;

/**
 * The files by which `AutoTokenizer` of transformers makes the ids a student was trained on: the template is that of
 * its task, every added token stands in both files, and what could change an id when they are opened is left out.
 */
export function studentTokenizerFiles(
  tokenizer: Tokenizer,
  { continuesTexts, length, segments = false, ownClass = false }: StudentTokenizerOptions,
): Record<string, string> {
  const files = tokenizer.files();
  const definitionText = files['tokenizer.json']!;
  const settingsText = files['tokenizer_config.json'] ?? '{}';
  const definition = readDefinition(definitionText, 'tokenizer.json');
  const settings = readSettings(settingsText, 'tokenizer_config.json');
  const added = addedTokens(definition, settings, modelTokens(definition.model));
  const nameOf = new Map([...tokenizer.tokens].map(([token, id]) => [id, token]));
  const raw: Record<string, unknown> = JSON.parse(definitionText);
  const named = Object.fromEntries(
    specialNames.flatMap((name) => {
      const content = contentOf(settings[name]);
      return content !== undefined && tokenizer.tokens.has(content) ? [[name, content]] : [];
    }),
  );
  const spaced = definition.pre_tokenizer?.add_prefix_space;
  const end = continuesTexts && tokenizer.endId !== undefined && nameOf.get(tokenizer.endId);
  return {
    'tokenizer.json': JSON.stringify({
      ...raw,
      truncation: null,
      padding: null,
      added_tokens: added.map(({ id, content, ...flags }) => ({ ...specialToken(id, content), ...flags })),
      ...(continuesTexts && {
        post_processor: beginning(tokenizer, definition.post_processor, nameOf),
      }),
    }),
    'tokenizer_config.json': `${JSON.stringify(
      {
        tokenizer_class: 'PreTrainedTokenizerFast',
        ...(ownClass && {
          auto_map: { AutoTokenizer: [null, `${classFile.replace('.py', '')}.${className}`] },
        }),
        model_max_length: length,
        // Texts that are gone on with must end where the new tokens begin.
        padding_side: continuesTexts ? 'left' : 'right',
        truncation_side: 'right',
        model_input_names: ['input_ids', ...(segments ? ['token_type_ids'] : []), 'attention_mask'],
        // transformers 4 changes the pre-tokenizer to what stands here, and to false where nothing does.
        ...(typeof spaced === 'boolean' && { add_prefix_space: spaced }),
        clean_up_tokenization_spaces: settings.clean_up_tokenization_spaces === true,
        ...named,
        ...(end && { eos_token: end }),
        ...Object.fromEntries(
          keptKeys.flatMap((key) => (settings[key] == null ? [] : [[key, settings[key]]])),
        ),
        added_tokens_decoder: Object.fromEntries(
          added.map(({ id, content, single_word, lstrip, rstrip, normalized, special }) => [
            id,
            { content, single_word, lstrip, rstrip, normalized, special },
          ]),
        ),
      },
      undefined,
      2,
    )}\n`,
    ...(ownClass && { [classFile]: classText }),
  };
}

/** What stands before a text that is to be continued, and nothing behind it: training puts the end behind documents. */
function beginning(
  { begin }: Tokenizer,
  part: Parameters<typeof templateOf>[0],
  nameOf: ReadonlyMap<number, string>,
): unknown {
  const { prefix, suffix } = templateOf(part);
  if (prefix.join() === begin.join() && suffix.length === 0) return part ?? null;
  if (begin.length === 0) return null;
  const items = begin.map((id) => ({ SpecialToken: { id: nameOf.get(id)!, type_id: 0 } }));
  const text = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  return {
    type: 'TemplateProcessing',
    single: [...items, text('A', 0)],
    pair: [...items, text('A', 0), text('B', 1)],
    special_tokens: Object.fromEntries(
      begin.map((id) => [nameOf.get(id)!, { id: nameOf.get(id)!, ids: [id], tokens: [nameOf.get(id)!] }]),
    ),
  };
}
