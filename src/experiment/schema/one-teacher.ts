import type { z } from 'zod';
import { graphOfCheckpoint } from './option.ts';

interface Teacher {
  readonly model?: unknown;
  readonly checkpoint?: string | undefined;
  readonly server?: unknown;
  readonly graph?: unknown;
}

/** A teacher is one of those that there may be: trained first, there already, or behind a server. */
export function oneTeacher(teacher: Teacher, context: z.RefinementCtx): void {
  const { model, checkpoint, server } = teacher;
  if (model === undefined && checkpoint === undefined && server === undefined)
    context.addIssue({
      code: 'custom',
      message: 'The teacher has neither a "model" nor a "checkpoint" nor a "server".',
      params: {
        code: 'missing',
        remedy:
          'Add a "model", which is trained first, the "checkpoint" folder of a trained one, or the "server" that answers for it.',
      },
    });
  for (const other of ['model', 'checkpoint'] as const)
    if (server !== undefined && teacher[other] !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['server'],
        message: `The teacher has both a "server" and a "${other}"; only one of them can be the teacher.`,
        params: {
          code: 'contradiction',
          remedy: `Remove "${other}" to ask the server, or "server".`,
        },
      });
  if (model !== undefined && checkpoint !== undefined)
    context.addIssue({
      code: 'custom',
      path: ['checkpoint'],
      message: 'The teacher has both a "model" and a "checkpoint"; only one of them can be the teacher.',
      params: {
        code: 'contradiction',
        remedy: 'Remove "model" to load the checkpoint, or "checkpoint" to train the model.',
      },
    });
  graphOfCheckpoint(teacher, context);
}
