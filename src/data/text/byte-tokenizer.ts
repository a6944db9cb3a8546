import { aroundText, specialToken, type Tokenizer } from './tokenizer.ts';

const bytes = 256;
const specials = { pad: '<pad>', start: '<s>', end: '</s>' } as const;
const padId = bytes;
const startId = bytes + 1;
const endId = bytes + 2;

/** Letters that stand for bytes in the files of byte-level tokenizers, as GPT-2 chose them (Radford et al. 2019). */
function letterOfByte(byte: number, unprintable: number): string {
  const printable =
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  return String.fromCodePoint(printable ? byte : 256 + unprintable);
}

function byteLetters(): string[] {
  let unprintable = 0;
  return Array.from({ length: bytes }, (_, byte) => {
    const letter = letterOfByte(byte, unprintable);
    if (letter.codePointAt(0)! >= 256) unprintable++;
    return letter;
  });
}

/** One token for each byte of UTF-8: 256 of them, nothing to learn and nothing unknown. */
export function byteTokenizer(): Tokenizer {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    vocabulary: bytes + 3,
    padId,
    endId,
    prefix: [startId],
    suffix: [endId],
    encode: (text) => Array.from(encoder.encode(text)),
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
          vocab: Object.fromEntries(byteLetters().map((letter, byte) => [letter, byte])),
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
