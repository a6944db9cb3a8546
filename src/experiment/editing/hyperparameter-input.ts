import { findingsOf } from '../parsing/messages.ts';
import { describePath } from '../parsing/problem.ts';
import { type Experiment, experimentSchema } from '../schema/schema.ts';
import type { Hyperparameter } from './hyperparameters.ts';
import { modified } from './modified.ts';

/** What somebody typed into the field of a hyperparameter: the value to write, or what is wrong with it. */
export type ParsedInput = { readonly value: unknown } | { readonly message: string };

/**
 * Reads what was typed into the field of a hyperparameter, and tries it in the experiment: numbers may be written as
 * 5e-5, lists as "800, 800" or in brackets, null where the option allows it.
 */
export function parseInput(parameter: Hyperparameter, text: string, experiment: Experiment): ParsedInput {
  const value = readValue(parameter, text.trim());
  const { path, choices, selectsVariant } = parameter;
  const known = choices?.some((choice) => choice.value === value);
  // A variant may want more than its name; that is asked for when it is written.
  if (selectsVariant && known) return { value };
  const changed = modified(experiment, path, value);
  const checked = experimentSchema.safeParse(changed);
  if (checked.success) return { value };
  const own = describePath(path);
  const findings = findingsOf(checked.error.issues, changed);
  const { message, remedy } = findings.find((one) => describePath(one.path).startsWith(own)) ?? findings[0]!;
  return { message: remedy === undefined ? message : `${message} ${remedy}` };
}

function readValue({ type }: Hyperparameter, text: string): unknown {
  if (type === 'text' || type === 'choice') return text;
  if (text === 'null') return null;
  if (type === 'list') {
    const inner = text.replace(/^\[|\]$/g, '').trim();
    return inner === ''
      ? []
      : inner
          .split(/[,\s]+/)
          .filter(Boolean)
          .map(numberOrText);
  }
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return numberOrText(text);
}

function numberOrText(text: string): unknown {
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? text : number;
}
