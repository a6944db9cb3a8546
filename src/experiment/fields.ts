import { z } from 'zod';

/** Kinds of values that many sections share. */
export const count = (description: string) => z.int().min(1).describe(description);
export const fraction = (description: string) => z.number().min(0).max(1).describe(description);
export const path = (description: string) => z.string().min(1).describe(description);
