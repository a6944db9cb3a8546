import type { UnlabelledConfig } from '../../experiment/datasets/unlabelled.ts';
import { contentHash, TextHash } from '../content-hash.ts';
import { type DataRemark, ignoredLabel } from '../dataset.ts';
import { oneClassEach } from '../labels.ts';
import { restOf, type Unlabelled, withoutHeldOut } from '../unlabelled.ts';
import { type TextLayout, type TextSource, TextSplit } from './text-split.ts';
import type { TokenStore } from './token-store.ts';
import { type ReadTexts, unlabelledTexts } from './unlabelled-texts.ts';

/** Texts with labels, and how they are split. */
export interface LabelledSource {
  readonly source: TextSource;
  /** The same one where test texts are a part of the training texts. */
  readonly testSource: TextSource;
  /** Numbers in the sources. */
  readonly indices: {
    readonly train: Int32Array;
    readonly subset: Int32Array;
    readonly validation: Int32Array;
    readonly test: Int32Array;
  };
  readonly layout: TextLayout;
  readonly fingerprint: string;
  /** Which texts are the same, by those of the first source, then by those of the next. */
  same(sources: readonly TextSource[]): Int32Array;
  /** Token ids of texts, which are hashed into `texts`. */
  encode(read: ReadTexts, texts: TextHash): Promise<TokenStore>;
}

/**
 * Texts that are learned from without labels: those that a file of their own has, or what the labelled subset leaves over.
 * Ids of samples of a file go on after those of training and test texts.
 * @param directory where relative paths start
 * @throws UserError if there are none, or all of them are tested on
 */
export async function unlabelledSplit(
  { from }: UnlabelledConfig,
  textColumns: readonly string[],
  directory: string,
  { source, testSource, indices, layout, fingerprint, same, encode }: LabelledSource,
): Promise<{ readonly texts: Unlabelled; readonly remarks: readonly DataRemark[] }> {
  const tested = testSource === source ? [] : [testSource];
  const offset = [source, ...tested].reduce((sum, { tokens }) => sum + tokens.count, 0);
  const raw = from === undefined ? undefined : await unlabelledTexts(from, textColumns, directory);
  const texts = new TextHash();
  const tokens = raw && (await encode(raw.read, texts));
  const own: TextSource | undefined = tokens && {
    tokens,
    labels: oneClassEach(new Int32Array(tokens.count).fill(ignoredLabel), 0),
    idOffset: offset,
  };
  const candidates = own
    ? Int32Array.from({ length: own.tokens.count }, (_, index) => offset + index)
    : restOf(indices.train, indices.subset);
  const heldOut = {
    validation: indices.validation,
    test: indices.test.map((index) => index + testSource.idOffset),
  };
  const { kept, remarks } = withoutHeldOut(
    candidates,
    same([source, ...tested, ...(own ? [own] : [])]),
    heldOut,
    'token by token',
  );
  const chosen = own ? kept.map((sample) => sample - offset) : kept;
  const content = contentHash({ about: { format: 'texts-1', texts: texts.digest() }, parts: [chosen] });
  return {
    texts: {
      content,
      fingerprint: own ? `${fingerprint} ${own.tokens.digest()}` : fingerprint,
      split: new TextSplit('unlabelled', own ?? source, chosen, layout),
    },
    remarks: [...(raw?.remarks() ?? []), ...remarks],
  };
}
