import { z } from 'zod';
import { across } from '../../schema/across-schema.ts';
import { divergence } from '../../schema/divergence-schema.ts';
import { fraction } from '../../schema/option.ts';
import { temperature, termWeight } from '../options.ts';
import type { StrategyRecord, TermRecord } from '../strategy-record.ts';
import { onPolicySchema } from './on-policy.ts';

const kind = z.literal('sequence').describe('Next-token probabilities.');

const shared = {
  temperature: temperature(2, 'vocabularies are large, and higher values drown the few likely tokens.'),
};

const schema = z
  .strictObject({
    kind,
    ...shared,
    weight: fraction(
      'w, the weight of the teacher’s term; the labels get 1 − w. Default 0.5: as much from the one as from the other.',
    ).default(0.5),
    across,
    ...divergence,
    onPolicy: onPolicySchema,
  })
  .superRefine(({ onPolicy, weight, across }, context) => {
    if (!onPolicy) return;
    const contradiction = (path: string, message: string, remedy: string) =>
      context.addIssue({ code: 'custom', path: [path], message, params: { code: 'contradiction', remedy } });
    if (weight !== 1)
      contradiction(
        'weight',
        'What the student writes itself has no labels to learn from.',
        'Set "weight" to 1, or remove "onPolicy".',
      );
    if (across !== undefined)
      contradiction(
        'across',
        'The teacher answers to the very tokens that the student wrote, so both must share a tokenizer.',
        'Remove "across", or "onPolicy".',
      );
  })
  .meta({
    description:
      'A causal language model learns the teacher’s next-token probabilities at every position that has a label.',
    formula:
      'w·T²·D(p_T(z_t), p_T(z_s)) + (1−w)·CE(labels, z_s), both divided by the valid positions of the whole optimizer step',
  });

const termSchema = z.strictObject({ kind, weight: termWeight, ...shared, across, ...divergence }).meta({
  description: 'Word-level distillation of a language model.',
  formula: 'T²·D(p_T(z_t), p_T(z_s))',
});

type Compared = Omit<z.output<typeof schema>, 'weight' | 'onPolicy'>;

const compared = {
  temperatures: ({ temperature }: Compared) => [{ temperature, path: ['temperature'] }],
  languageModelsOnly: () => [{ what: 'Sequence distillation', path: ['kind'] }],
  across: ({ across }: Compared) => (across === undefined ? [] : [{ across, path: ['across'] }]),
  keptTokens: ({ topK, temperature, across }: Compared) =>
    topK === null || across !== undefined ? [] : [{ topK, temperature, path: ['topK'] }],
  idle: ({ divergence, across }: Compared) => [
    ...(across === 'uld'
      ? [{ path: ['divergence'], why: 'across tokenizers by "uld", sorted probabilities are compared' }]
      : []),
    ...(divergence === 'jsd' ? [] : [{ path: ['beta'], why: 'only the divergence "jsd" uses it' }]),
    ...(divergence.startsWith('skew')
      ? []
      : [{ path: ['lambda'], why: 'only the skewed divergences use it' }]),
  ],
};

export const sequence: StrategyRecord<typeof schema> = {
  schema,
  shares: ({ weight }) => ({ labels: 1 - weight, answers: weight, states: 0, option: 'weight' }),
  ...compared,
  onPolicy: ({ onPolicy }) => onPolicy !== undefined,
  idle: (config) => [
    ...compared.idle(config),
    ...(config.onPolicy?.share === 0
      ? ['temperature', 'promptLength', 'maxNewTokens'].map((option) => ({
          path: ['onPolicy', option],
          why: 'with "share" 0 the student writes nothing',
        }))
      : []),
  ],
};

export const sequenceTerm: TermRecord<typeof termSchema> = {
  schema: termSchema,
  compares: 'answers',
  ...compared,
};
