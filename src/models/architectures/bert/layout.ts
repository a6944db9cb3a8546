import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import type { ModelDescription, RawConfig } from '../../huggingface/description.ts';
import type { Adoption, HuggingFaceLayout } from '../construction.ts';
import type { BertHead } from './head.ts';
import type { BertNames } from './names.ts';

/** What the encoders of the family do differently. */
export interface BertLayout {
  readonly names: BertNames;
  /** What brings embeddings of another width to that of the hidden states; left out where they always have it. */
  readonly projection?: string;
  /** Whether it is there where the widths are equal, too. */
  readonly alwaysProjects?: boolean;
  /** Whether all layers compute with the weights of one. */
  readonly sharesLayers?: boolean;
  /** Row of the table of positions with which texts begin. */
  firstPosition(padId: number): number;
  /** The id of tokens that are passed over in counting positions; left out: every token counts. */
  readonly uncounted?: number;
  /** Name of the table of what is added to scores by how far places lie apart, the same in all layers; left out: none. */
  readonly relativePositions?: string;
  /** Rows of the table of token types, where there is one and the configuration says nothing. */
  readonly tokenTypes: number;
  /** Whether units are dropped between attention and its normalisation. */
  readonly dropsAttention: boolean;
  /** Whether units are dropped between the feed-forward part and its normalisation. Left out: they are. */
  readonly dropsFeedForward?: boolean;
  readonly head: BertHead;
  /** @throws UserError if the configuration is broken, or of a variant that is not built here. */
  readConfig(raw: RawConfig, file: string): ModelDescription;
  readonly writeConfig: HuggingFaceLayout<BertConfig>['write'];
  /** How a student of this layout begins with layers of a teacher of another; left out or undefined where it cannot. */
  adopted?(teacher: BertConfig['layout']): Adoption | undefined;
}
