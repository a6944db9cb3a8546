import type { TokenizerConfig } from '../datasets/tokenizer.ts';
import { compresses } from '../strategies/compression.ts';
import type { Experiment } from './schema.ts';
import { strategyRecord } from './strategy-schema.ts';

/** How a teacher reads texts that reads them by itself. */
export interface OwnTokens {
  readonly tokenizer: TokenizerConfig;
  /** Tokens in one of its samples. */
  readonly length: number;
}

type Parts = Pick<Experiment, 'dataset' | 'teacher' | 'strategy'>;

/** Where a strategy compares answers over different tokens: empty where it does not. */
export const acrossOf = ({ strategy }: Pick<Experiment, 'strategy'>) =>
  strategyRecord(strategy).across?.(strategy) ?? [];

/**
 * How the teacher reads texts to continue where it has tokens of its own: those it is given, or those of its checkpoint
 * where the strategy goes across tokenizers; undefined where it reads what the student reads.
 */
export function ownTokensOf({ dataset, teacher, strategy }: Parts): OwnTokens | undefined {
  // A server is given text.
  if (!teacher || teacher.server || !('length' in dataset) || compresses(strategy)) return undefined;
  const ofCheckpoint = teacher.checkpoint !== undefined && acrossOf({ strategy }).length > 0;
  const tokenizer = teacher.tokenizer ?? (ofCheckpoint ? ({ kind: 'auto' } as const) : undefined);
  return tokenizer && { tokenizer, length: teacher.length ?? dataset.length };
}
