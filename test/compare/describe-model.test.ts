import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeModel } from '../../src/compare/describe-model.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';

test('a model is told by what makes it large or small', () => {
  const described = (config: object) => describeModel(modelSchema.parse(config));
  assert.equal(described({ architecture: 'mlp', hidden: [1200, 800], dropout: 0.5 }), 'mlp 1200-800');
  assert.equal(described({ architecture: 'cnn', channels: [16, 32], dense: 128 }), 'cnn 16-32 128');
  assert.equal(described({ architecture: 'resnet', depth: 20, width: 0.5 }), 'resnet 20 0.5');
  for (const architecture of ['bert', 'gpt2'])
    assert.equal(
      described({ architecture, hiddenSize: 96, layers: 3, heads: 4, intermediateSize: 256 }),
      `${architecture} 3×96`,
    );
  assert.equal(describeModel(undefined), 'from a checkpoint');
});
