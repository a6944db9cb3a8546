/** Texts that are being written, and which of them still grow. */
export interface GrowingTexts {
  readonly texts: readonly (readonly number[])[];
  /** Indices of those that grow; all of them are one token longer at each call. */
  readonly growing: ReadonlySet<number>;
  /** No text gets longer than this. */
  readonly longest: number;
}

/** What asks a model for the tokens that follow texts. */
export interface NextTokens {
  /** Begins with other texts. */
  begin(): void;
  /** @returns (batch, vocabulary), logits of the token after the last one of each text; any for those that do not grow */
  logits(texts: GrowingTexts): Promise<Float32Array>;
  dispose(): void;
}

/** Texts are padded to one of so many lengths, for each of which a step is compiled once. */
const mostLengths = 8;
const granularity = 8;

export function paddedLength(needed: number, longest: number): number {
  const stride = granularity * Math.ceil(longest / (granularity * mostLengths));
  return Math.min(longest, stride * Math.ceil(needed / stride));
}

/** Tokens in the longest text that grows. */
export function lengthOf({ texts, growing }: GrowingTexts): number {
  let longest = 0;
  for (const index of growing) longest = Math.max(longest, texts[index]!.length);
  return longest;
}
