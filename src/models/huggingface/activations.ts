import type { z } from 'zod';
import type { activation } from '../../experiment/architectures/transformer-options.ts';
import { unsupported } from './description.ts';

type Activation = z.output<typeof activation>;

const activations: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu_fast: 'gelu_new',
  relu: 'relu',
};

/**
 * The activation that transformers knows by a name.
 * @throws UserError if it is not built here.
 */
export function activationOf(name: string, file: string): Activation {
  if (Object.hasOwn(activations, name)) return activations[name]!;
  throw unsupported(file, `the activation "${name}"`);
}
