import { UserError } from '../../base/user-error.ts';
import type { Model } from '../../models/model.ts';
import type { Quality } from './quality.ts';

/** '3 of the 80 test samples'. */
export const unansweredOf = ({ unanswered, predictions }: Quality, what: string): string =>
  `${unanswered.toLocaleString('en-US')} of ${predictions.length.toLocaleString('en-US')} ${what}`;

/**
 * What a user is told of a model whose answers are no numbers: how many, when, and which weights are none either.
 * @param who the model as the subject of a sentence, such as 'The student'
 * @param when for example 'after epoch 3 (step 120 of 400)'
 */
export async function notANumber(
  who: string,
  model: Model,
  quality: Quality,
  { what, when, remedy }: { readonly what: string; readonly when?: string; readonly remedy: string },
): Promise<UserError> {
  const broken = await brokenWeights(model);
  const why =
    broken.length === 0
      ? 'Its weights are numbers; what it computes with them grows beyond what 32 bits hold.'
      : `Its weights are no numbers or infinite: ${broken.slice(0, 3).join(', ')}${broken.length > 3 ? ` and ${broken.length - 3} more` : ''}.`;
  return new UserError(
    `${who} answers NaN (not a number) to ${unansweredOf(quality, what)}${when ? ` ${when}` : ''}. ${why}`,
    { remedy },
  );
}

/** Names of the weights and buffers that hold a value that is NaN or infinite. */
async function brokenWeights({ parameters, buffers, adapter }: Model): Promise<string[]> {
  const names: string[] = [];
  for (const [name, variable] of [...parameters, ...buffers, ...(adapter?.weights ?? [])]) {
    const values = (await variable.data()) as Float32Array;
    if (!values.every(Number.isFinite)) names.push(name);
  }
  return names;
}

/** What helps where training itself makes the numbers grow. */
export const divergedRemedy =
  'Lower "learningRate" (a tenth is a good next try), lengthen the warm-up, or set "clipNorm" to 1 if it is null.';

export const afterSteps = (steps: number): string =>
  `after ${steps.toLocaleString('en-US')} ${steps === 1 ? 'step' : 'steps'} of training`;
