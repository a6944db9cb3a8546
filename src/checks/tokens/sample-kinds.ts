import { isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { Finding } from '../../experiment/parsing/problem.ts';
import { acrossOf } from '../../experiment/schema/own-tokens.ts';
import { strategyRecord } from '../../experiment/schema/strategy-schema.ts';
import type { Check } from '../context.ts';
import { hasConversations } from '../data/known-tokenizer.ts';

/** What strategies and models cannot do with conversations, and with documents that share samples. */
export const checkSampleKinds: Check = ({ experiment, storedTeacher, storedStudent }) => {
  const { dataset } = experiment;
  const packed = 'samples' in dataset && dataset.samples === 'packed-documents';
  const chats = hasConversations(dataset);
  if (!packed && !chats) return [];
  const findings: Finding[] = acrossOf(experiment).map(({ path }) => ({
    message: chats
      ? 'Conversations are written by the chat template of a tokenizer, so two tokenizers read other texts, which cannot be compared token by token.'
      : 'Documents that share samples cannot be compared across tokenizers, which fill samples in two ways.',
    remedy: chats
      ? 'Remove "across" and let teacher and student share a tokenizer, or use the strategy "generated".'
      : 'Set "samples" to "documents", or remove "across".',
    path: ['strategy', ...path],
    severity: 'error',
    code: 'across',
  }));
  if (packed && strategyRecord(experiment.strategy).onPolicy?.(experiment.strategy))
    findings.push({
      message: 'Documents that share a sample cannot each be gone on with by the student.',
      remedy: 'Set "samples" of the dataset to "documents" or "packed", or remove "onPolicy".',
      path: ['dataset', 'samples'],
      severity: 'error',
      code: 'packed',
    });
  for (const [who, stored] of [
    ['teacher', storedTeacher],
    ['student', storedStudent],
  ] as const)
    if (packed && stored && isGraphConfig(stored.config))
      findings.push({
        message: `The ${who} is an ONNX graph, which cannot be told which document of a sample a token belongs to.`,
        remedy: 'Set "samples" of the dataset to "documents".',
        path: [who, 'checkpoint'],
        severity: 'error',
        code: 'packed',
      });
  return findings;
};
