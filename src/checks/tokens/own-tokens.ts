import type { Finding } from '../../experiment/parsing/problem.ts';
import { acrossOf, ownTokensOf } from '../../experiment/schema/own-tokens.ts';
import { compresses } from '../../experiment/strategies/compression.ts';
import { strategyFacts } from '../../experiment/strategies/facts.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import type { Check } from '../context.ts';
import { taskOf } from '../task.ts';

/** Whether a teacher that reads tokens of its own, and what is learned from it, go together. */
export const checkOwnTokens: Check = (context) => {
  const { experiment } = context;
  const { teacher, student, strategy } = experiment;
  const across = acrossOf(experiment);
  const wrong = (path: Finding['path'], message: string, remedy: string): Finding[] => [
    { message, remedy, path, severity: 'error', code: 'own-tokens' },
  ];
  const task = taskOf(context)?.task;
  if (teacher?.tokenizer !== undefined && task && (!taskRecord(task).continuesTexts || compresses(strategy)))
    return wrong(
      ['teacher', 'tokenizer'],
      compresses(strategy)
        ? 'What is made smaller reads the tokens of the dataset, and no others.'
        : 'Only a language model can read other tokens than its student.',
      'Take "tokenizer" of the teacher away.',
    );
  const own = ownTokensOf(experiment);
  if (across.length > 0 && teacher && !own)
    return wrong(
      ['strategy', ...across[0]!.path],
      'The strategy goes across tokenizers, and the teacher has none of its own: it reads the student’s tokens.',
      'Give the teacher a "tokenizer", or take "across" away.',
    );
  if (!own) return [];
  const { comparesSamples, needsTeacher } = strategyFacts[strategy.kind];
  if (comparesSamples && needsTeacher && across.length === 0)
    return wrong(
      ['strategy', 'kind'],
      'The teacher has a tokenizer of its own, and the strategy compares it with the student token by token.',
      'Use strategy "sequence" with "across": "gold" (tokens of the same text, and all others sorted) or "uld" (sorted probabilities), or strategy "generated"; or take "tokenizer" of the teacher away.',
    );
  if (student?.teacherLayers !== undefined)
    return wrong(
      ['student', 'teacherLayers'],
      'The student cannot begin with layers of a teacher that reads other tokens: its embeddings are of those.',
      'Give the student a "model" or a "checkpoint" of its own.',
    );
  return [];
};
