import { z } from 'zod';

/** What an alternative to distillation begins with: a model that is there already. */
export const of = z
  .string()
  .trim()
  .min(1)
  .max(4096)
  .default('teacher')
  .describe(
    'What is made smaller: "teacher", or a finished student: the id of a run, or a folder with config.json and model.safetensors, relative to the folder of this file or absolute. Default teacher.',
  );
