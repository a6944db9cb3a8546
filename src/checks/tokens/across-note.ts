import { pairVocabularies } from '../../data/text/across/token-pairs.ts';
import { byteTokenizer } from '../../data/text/tokenizers/byte-tokenizer.ts';
import { checkpointTokenizer, storedTokenizer } from '../../data/text/tokenizers/checkpoint-tokenizer.ts';
import type { Tokenizer } from '../../data/text/tokenizers/tokenizer.ts';
import type { TokenizerConfig } from '../../experiment/datasets/tokenizer.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import { acrossOf, ownTokensOf } from '../../experiment/schema/own-tokens.ts';
import { folderOfCheckpoint } from '../../models/onnx/files.ts';
import type { Check } from '../context.ts';
import { folderOf } from '../models/stored-model.ts';

/**
 * Says before training how much of two vocabularies is the same, on which it rests what "gold" compares token by token.
 * Nothing is said where a vocabulary is still to be made of texts, or not here: the run says it then.
 */
export const checkAcross: Check = async ({ experiment, directory }) => {
  const own = ownTokensOf(experiment);
  const [first] = acrossOf(experiment);
  const { dataset, teacher, student } = experiment;
  if (!own || !first || !('tokenizer' in dataset)) return [];
  const open = async (
    config: TokenizerConfig,
    checkpoint: string | undefined,
  ): Promise<Tokenizer | undefined> => {
    switch (config.kind) {
      case 'bytes':
        return byteTokenizer();
      case 'file':
        return storedTokenizer(resolvePath(directory, config.file));
      case 'words':
        return undefined;
      case 'auto': {
        const folder = checkpoint === undefined ? undefined : await folderOf(checkpoint, directory);
        return folder === undefined ? undefined : checkpointTokenizer(folderOfCheckpoint(folder));
      }
    }
  };
  try {
    const theirs = await open(own.tokenizer, teacher?.checkpoint);
    const ours = await open(dataset.tokenizer, student?.checkpoint);
    if (!theirs || !ours) return [];
    const pairs = pairVocabularies(ours, theirs).teacher.length;
    const share = (count: number) => `${count} (${((100 * pairs) / count).toFixed(1)} %)`;
    return [
      {
        message: `${pairs} of the teacher’s ${share(theirs.vocabulary)} tokens and of the student’s ${share(ours.vocabulary)} are the same text: ${first.across === 'gold' ? 'those are compared one by one, all others' : '"uld" makes no use of that, all are compared'} by sorted probabilities alone. Figures per token of the two cannot be compared; bits per byte can.`,
        path: ['strategy', ...first.path],
        severity: 'warning',
        code: 'across-tokenizers',
      },
    ];
  } catch {
    return []; // Said of the tokenizers already.
  }
};
