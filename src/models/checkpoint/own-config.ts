import { z } from 'zod';
import { UserError } from '../../base/user-error.ts';
import type { TaskShape } from '../../data/dataset.ts';
import { modelSchema } from '../../experiment/schema/model-schema.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { taskNames } from '../../experiment/tasks/all.ts';
import { classCount, type ModelDescription, type RawConfig, size } from '../huggingface/description.ts';

/** The config.json of models that only Distillery knows. */

const prefix = 'distillery-';

const schema = z.object({
  architecture: z.string().startsWith(prefix),
  task: z.object({
    kind: z.enum(taskNames).optional(),
    classes: classCount,
    image: z.tuple([size, size, size]).optional(),
    text: z
      .object({
        goal: z.enum(['classification', 'language-model']),
        vocabulary: size,
        length: size,
        padId: z.int().min(0),
        pairs: z.object({ types: z.literal([1, 2]) }).optional(),
      })
      .optional(),
  }),
  config: modelSchema,
  classNames: z.array(z.string()).optional(),
});

export function isOwnConfig(raw: RawConfig): boolean {
  return typeof raw.architecture === 'string' && raw.architecture.startsWith(prefix);
}

/** @throws UserError if it does not describe a model. */
export function readOwnConfig(raw: RawConfig, file: string): ModelDescription {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    `${file} does not describe a Distillery model: ${issue!.path.join('.') || 'file'}: ${excerpt(issue!.message)}.`,
    { remedy: 'Restore the config.json that was saved with the weights.', place: file },
  );
}

export function writeOwnConfig(
  config: ModelConfig,
  task: TaskShape,
  classNames: readonly string[] | undefined,
): Record<string, unknown> {
  return { architecture: `${prefix}${config.architecture}`, task, config, classNames };
}

const excerpt = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
