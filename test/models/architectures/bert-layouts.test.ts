import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BertConfig } from '../../../src/experiment/architectures/bert.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { planModel } from '../../../src/models/create-model.ts';
import { readHuggingFaceConfig } from '../../../src/models/huggingface/config.ts';
import { tasks } from '../samples.ts';

const task = tasks.classification;
const plan = (written: object) =>
  planModel(
    modelSchema.parse({ architecture: 'bert', hiddenSize: 16, layers: 1, heads: 2, ...written }),
    task,
  );
const sizes = {
  vocab_size: 30,
  hidden_size: 256,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 8,
};
const read = (raw: object) => readHuggingFaceConfig({ ...sizes, ...raw }, 'config.json').config as BertConfig;

test('embeddings of another width are for electra, which projects them only then', () => {
  assert.throws(() => plan({ embeddingSize: 8 }), {
    name: 'UserError',
    message: /layout bert are as wide as its hidden states: 16, not 8/,
    remedy: /layout electra or albert/,
  });
  const projection = 'electra.embeddings_project.weight';
  const shape = (embeddingSize?: number) =>
    plan({ layout: 'electra', embeddingSize }).parameters.get(projection);
  assert.deepEqual([shape(8), shape(16), shape()], [[16, 8], undefined, undefined]);
});

test('where a config.json says nothing of embeddings, those of an electra are as wide as in transformers', () => {
  assert.equal(read({ model_type: 'electra' }).embeddingSize, 128);
  assert.equal(read({ model_type: 'electra', embedding_size: 64 }).embeddingSize, 64);
  assert.equal(read({ model_type: 'bert', embedding_size: 64 }).embeddingSize, undefined);
});

test('the siblings of roberta begin their positions behind the padding id, too', () => {
  for (const layout of ['roberta', 'xlm-roberta', 'camembert']) {
    assert.deepEqual(plan({ layout }).parameters, plan({ layout: 'roberta' }).parameters);
    const { config, task } = readHuggingFaceConfig({ ...sizes, model_type: layout }, 'config.json');
    assert.deepEqual([(config as BertConfig).layout, task.text!.length, task.text!.padId], [layout, 510, 1]);
  }
});

test('all layers of an albert are one: more of them are no more weights, and it always projects its embeddings', () => {
  const parameters = (written: object) => plan({ layout: 'albert', ...written }).parameters;
  assert.deepEqual(parameters({ layers: 5 }), parameters({ layers: 1 }));
  const projection = 'albert.encoder.embedding_hidden_mapping_in.weight';
  assert.deepEqual(parameters({}).get(projection), [16, 16]);
  assert.deepEqual(parameters({ embeddingSize: 8 }).get(projection), [16, 8]);
});

test('an albert of several layers is refused, and what its config.json leaves out is what transformers takes', () => {
  for (const key of ['num_hidden_groups', 'inner_group_num'])
    assert.throws(() => read({ model_type: 'albert', [key]: 2 }), {
      name: 'UserError',
      message: new RegExp(`layers that are not all one \\(${key} 2\\)`),
    });
  const { activation, dropout, attentionDropout, classifierDropout, embeddingSize } = read({
    model_type: 'albert',
  });
  assert.deepEqual(
    [activation, dropout, attentionDropout, classifierDropout, embeddingSize],
    ['gelu_new', 0, 0, 0.1, 128],
  );
});
