import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { loraSchema } from '../../../src/experiment/schema/lora-schema.ts';
import { loadModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { withAdapter } from '../../../src/models/lora/adapter.ts';
import type { Model } from '../../../src/models/model.ts';
import { checkpointFolder } from '../reference-checkpoint.ts';

/** A checkpoint of the fixtures with an adapter that has learnt something: B is not zero. */
export async function adaptedModel(name: string, written: object): Promise<Model> {
  const generator = RandomGenerator.forUse(7, name);
  const base = await loadModel(checkpointFolder(name));
  const model = withAdapter(base, loraSchema.parse(written), generator);
  for (const [weight, variable] of model.adapter!.weights)
    if (weight.endsWith('lora_B.weight'))
      variable.assign(
        tf.tensor(
          Float32Array.from({ length: variable.size }, () => 0.3 * generator.normal()),
          variable.shape,
        ),
      );
  return model;
}
