import { addedTokenSplitter } from '../tokenizer-json/added-token-splitter.ts';
import { byteLetters } from '../tokenizer-json/normalizers.ts';
import { aroundText, specialToken, type Tokenizer } from './tokenizer.ts';

const bytes = 256;
const specials = { pad: '<pad>', start: '<s>', end: '</s>' } as const;
const padId = bytes;
const startId = bytes + 1;
const endId = bytes + 2;

const atSpecials = addedTokenSplitter(
  new Map(
    [
      specialToken(padId, specials.pad),
      specialToken(startId, specials.start),
      specialToken(endId, specials.end),
    ].map((token) => [token.content, token]),
  ),
);

/** One token for each byte of UTF-8: 256 of them, nothing to learn and nothing unknown. */
export function byteTokenizer(): Tokenizer {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const letters = Object.fromEntries(byteLetters.map((letter, byte) => [letter, byte]));
  return {
    vocabulary: bytes + 3,
    tokens: new Map([
      ...Object.entries(letters),
      [specials.pad, padId],
      [specials.start, startId],
      [specials.end, endId],
    ]),
    padId,
    endId,
    prefix: [startId],
    suffix: [endId],
    pair: { before: [startId], between: [endId], behind: [endId], ofSecond: 0 },
    begin: [],
    encode: (text) =>
      atSpecials(text).flatMap(({ text: section, id }) =>
        id === undefined ? Array.from(encoder.encode(section)) : [id],
      ),
    encodePlaced(text) {
      const ids: number[] = [];
      const ends: number[] = [];
      let end = 0;
      for (const { text: section, id } of atSpecials(text)) {
        const bytesOfSection = encoder.encode(section);
        if (id === undefined)
          for (const byte of bytesOfSection) {
            ids.push(byte);
            end += 1;
            ends.push(end);
          }
        else {
          ids.push(id);
          end += bytesOfSection.length;
          ends.push(end);
        }
      }
      return { ids, ends };
    },
    unknownId: undefined,
    decode: (ids) => decoder.decode(Uint8Array.from(ids.filter((id) => id < bytes))),
    files: () => ({
      'tokenizer.json': JSON.stringify({
        version: '1.0',
        truncation: null,
        padding: null,
        added_tokens: [
          specialToken(padId, specials.pad),
          specialToken(startId, specials.start),
          specialToken(endId, specials.end),
        ],
        normalizer: null,
        pre_tokenizer: {
          type: 'ByteLevel',
          add_prefix_space: false,
          trim_offsets: true,
          use_regex: false,
        },
        post_processor: aroundText(specials.start, startId, specials.end, endId),
        decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
        model: {
          type: 'BPE',
          dropout: null,
          unk_token: null,
          continuing_subword_prefix: null,
          end_of_word_suffix: null,
          fuse_unk: false,
          byte_fallback: false,
          vocab: letters,
          merges: [],
        },
      }),
      'tokenizer_config.json': JSON.stringify({
        tokenizer_class: 'PreTrainedTokenizerFast',
        pad_token: specials.pad,
        bos_token: specials.start,
        eos_token: specials.end,
      }),
    }),
  };
}
