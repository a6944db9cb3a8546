import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ExclusiveLock } from '../../base/locks/exclusive-lock.ts';
import { readRegular } from '../../base/regular-file.ts';
import { replaceFile } from '../../base/replace-file.ts';
import { scoreNames } from '../../experiment/tasks/scores.ts';
import type { Quality } from './quality.ts';

/** A number for each sample, of which no test set has a hundred million. */
const mostBytes = 512 << 20;

/** JSON has no NaN. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const share = z.number().nullable();

/** Numbers as they lie in memory, in base64: of answers there are many, and they must come back as they were. */
const numbers = <A extends Float32Array | Int32Array>(Numbers: new (bytes: ArrayBuffer) => A) =>
  z.base64().transform((text) => new Numbers(Uint8Array.from(Buffer.from(text, 'base64')).buffer));
const asText = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

const schema = z.object({
  accuracy: figure,
  loss: figure,
  predictions: z.array(z.number()),
  unanswered: z.int().min(0),
  calibrationError: figure,
  reliability: z.array(z.object({ count: z.int(), confidence: share, accuracy: share })),
  numbers: z.boolean().optional(),
  scores: z.partialRecord(z.enum(scoreNames), figure).optional(),
  targets: z.array(z.number()).optional(),
  chanceLoss: figure.optional(),
  macroF1: figure.optional(),
  confusion: z.array(z.array(z.int())).optional(),
  labels: z.array(z.int()).optional(),
  samples: z
    .object({
      ids: numbers(Int32Array),
      kept: z.int().min(0),
      losses: numbers(Float32Array),
      classes: numbers(Int32Array),
      probabilities: numbers(Float32Array),
    })
    .optional(),
});

/**
 * What a model answers, from a file where it was written down before. A file that cannot be read or written costs time,
 * nothing else: the model is asked again.
 * @param file named after all that the answers depend on
 */
export async function rememberedQuality(file: string, ask: () => Promise<Quality>): Promise<Quality> {
  const before = await readRegular(file, mostBytes)
    .then((content) => schema.parse(JSON.parse(content.toString('utf8'))))
    .catch(() => undefined);
  if (before) return before;
  const quality = await ask();
  const { accuracy, loss, predictions, unanswered, calibrationError, reliability } = quality;
  const { macroF1, confusion, labels, numbers, scores, targets, chanceLoss, samples } = quality;
  const kept = { accuracy, loss, predictions, unanswered, calibrationError, reliability };
  const content = JSON.stringify({
    ...{ ...kept, macroF1, confusion, labels, numbers, scores, targets, chanceLoss },
    ...(samples && {
      samples: {
        ids: asText(samples.ids),
        kept: samples.kept,
        losses: asText(samples.losses),
        classes: asText(samples.classes),
        probabilities: asText(samples.probabilities),
      },
    }),
  });
  // Where it cannot be written, or another process is about to, the next run asks again.
  await write(file, content).catch(() => {});
  return quality;
}

/** Under the lock by which others know that what lies half written in the folder belongs to somebody who lives. */
async function write(file: string, content: string): Promise<void> {
  const lock = await ExclusiveLock.tryAcquire(join(dirname(file), 'lock'));
  if (!(lock instanceof ExclusiveLock)) return;
  try {
    await replaceFile(file, content);
  } finally {
    await lock.release();
  }
}
