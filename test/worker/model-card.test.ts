import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ExperimentInput, experimentSchema } from '../../src/experiment/schema/schema.ts';
import { readSafetensors, writeSafetensors } from '../../src/models/checkpoint/safetensors.ts';
import { withoutZeros } from '../../src/models/stored/sparse-weights.ts';
import type { Doubt, ModelFigures, RunResult } from '../../src/worker/directory/events.ts';
import type { RunRequest } from '../../src/worker/directory/run-request.ts';
import { modelCard } from '../../src/worker/model-card/model-card.ts';
import { pythonWith } from '../machine/python.ts';
import { temporaryDirectory } from './support.ts';

const figures = (changes: Partial<ModelFigures> = {}): ModelFigures => ({
  accuracy: 0.875,
  loss: 0.5,
  parameters: 1234,
  bytes: 5000,
  latencyMs: 0.25,
  throughput: 9000,
  timedRounds: 42,
  macroF1: 0.75,
  calibrationError: 0.0625,
  ...changes,
});

function card(
  changes: Partial<ExperimentInput>,
  result: Partial<RunResult> = {},
  doubts: readonly Doubt[] = [],
): string {
  const experiment = experimentSchema.parse({
    name: 'a card',
    dataset: { kind: 'mnist' },
    student: { model: { architecture: 'mlp', hidden: [8] } },
    strategy: { kind: 'direct' },
    ...changes,
  });
  const request = { experiment, seed: 3 } as RunRequest;
  const whole = { student: figures(), bestEpoch: 1, trainingSeconds: 1, ...result };
  return modelCard({ architecture: 'mlp', hidden: [8] } as never, request, whole, 'CPU', doubts);
}

/** The header's fields: a JSON value after each key. */
function header(text: string): Record<string, unknown> {
  const [before, yaml] = text.split(/^---$/m);
  assert.equal(before, '');
  const lines = yaml!.trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), JSON.parse(line.slice(colon + 2))];
    }),
  );
}

const compressed = (strategy: ExperimentInput['strategy'], compression: RunResult['compression'] = {}) =>
  card(
    { student: undefined, teacher: { model: { architecture: 'mlp', hidden: [8] } }, strategy },
    { teacher: figures({ bytes: 10_000 }), agreement: 0.5, compression },
  );

test('the header has what the Hub reads: task, licence, and the figures of the test set', () => {
  const fields = header(card({}));
  assert.equal(fields.license, 'unknown');
  assert.equal(fields.pipeline_tag, 'image-classification');
  assert.equal(fields.base_model, undefined);
  const [{ results }] = fields['model-index'] as [
    { results: { metrics: { type: string; value: number }[] }[] },
  ];
  assert.deepEqual(
    results[0]!.metrics.map(({ type, value }) => [type, value]),
    [
      ['accuracy', 0.875],
      ['f1', 0.75],
      ['loss', 0.5],
      ['expected_calibration_error', 0.0625],
    ],
  );
});

test('what the student began as is its base model, as long as others can find it', () => {
  const hub = 'hf:owner/name@main';
  const named = (changes: Partial<ExperimentInput>) => {
    const { base_model: base, base_model_relation: relation } = header(card(changes));
    return [base, relation];
  };
  assert.deepEqual(named({ student: { checkpoint: hub } }), ['owner/name', 'finetune']);
  assert.deepEqual(named({ student: { checkpoint: './mine' } }), [undefined, undefined]);
  const teacher = { checkpoint: hub };
  assert.deepEqual(named({ teacher, student: { teacherLayers: [1] } }), ['owner/name', 'finetune']);
  assert.deepEqual(named({ teacher, strategy: { kind: 'response' } }), [undefined, undefined]);
  const made = { teacher, student: undefined };
  assert.deepEqual(named({ ...made, strategy: { kind: 'quantize' } }), ['owner/name', 'quantized']);
  assert.deepEqual(named({ ...made, strategy: { kind: 'prune' } }), ['owner/name', 'finetune']);
  assert.match(card({ student: { checkpoint: hub } }), /bound by the licence of `owner\/name`/);
});

test('a name that tries to be more than a name stays one', () => {
  const name = 'x"\n---\nlicense: mit\n<script>alert(1)</script>';
  const text = card({ name });
  const fields = header(text);
  assert.equal(fields.license, 'unknown');
  assert.equal(
    (fields['model-index'] as [{ name: string }])[0].name,
    experimentSchema.shape.name.parse(name),
  );
  const body = text.split(/^---$/m)[2]!;
  assert.ok(!body.includes('<script>'));
  assert.match(body, /^# x/m);
});

test('figures that a model does not have take no row, and medians say what they rest on', () => {
  const text = card({}, { student: figures({ macroF1: null, calibrationError: null, perplexity: 12.345 }) });
  assert.match(text, /\| Perplexity \| 12\.35 \|/);
  assert.doesNotMatch(text, /Macro F1 \|/);
  assert.match(text, /medians of 42 passes/);
});

test('sizes are compared the way round they are', () => {
  const against = (bytes: number) => card({}, { teacher: figures({ bytes }), agreement: 0.5 });
  assert.match(against(10_000), /is 2\.0 times smaller on disk than its teacher and gives/);
  assert.match(against(5010), /is as large on disk as its teacher and gives/);
  assert.match(against(2500), /is 2\.0 times larger on disk than its teacher and gives/);
});

test('a quantized model says what its bits do to its speed', () => {
  const of = (scheme: 'float16' | 'int8-weights' | 'int8' | 'int4-weights') =>
    compressed({ kind: 'quantize', scheme }, { quantizedWeights: ['a.weight'], floatWeights: ['a.bias'] });
  for (const scheme of ['float16', 'int8-weights'] as const)
    assert.match(of(scheme), /made 32-bit floats when the model is loaded.*not faster/);
  assert.match(of('int8'), /computed in 8-bit integers/);
  assert.match(of('int4-weights'), /stay in 4 bits/);
  assert.match(of('int8'), /Quantized: `a\.weight`\.\n\nLeft in float32: `a\.bias`\./);
  assert.match(of('int8'), /2\.0 times smaller on disk than its original .* 50\.00 %/);
});

const { python, skip } = pythonWith('numpy', 'safetensors');

test('the lines in the card of a sparse model unpack it', {
  skip,
}, async () => {
  const folder = temporaryDirectory();
  const data = Float32Array.from({ length: 21 * 13 }, (_, at) => (at % 7 === 3 ? at - 100.5 : 0));
  const bias = Float32Array.of(1, 2, 3);
  const { file, tensors, description } = withoutZeros(
    new Map([
      ['w', { shape: [21, 13], data }],
      ['b', { shape: [3], data: bias }],
    ]),
  )!;
  await writeSafetensors(join(folder, file), tensors);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(description));
  const text = compressed({ kind: 'prune', method: 'magnitude' }, { sparseWeights: ['w'] });
  const [, lines] = /```python\n([\s\S]*?)```/.exec(text)!;
  const { status, stderr } = spawnSync(python, ['-c', lines!], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const unpacked = await readSafetensors(join(folder, 'model.safetensors'));
  assert.deepEqual([...unpacked.tensors.keys()].sort(), ['b', 'w']);
  assert.deepEqual(unpacked.tensors.get('w')!.data, data);
  assert.deepEqual(unpacked.tensors.get('w')!.shape, [21, 13]);
  assert.deepEqual(unpacked.metadata, { format: 'pt' });
});

test('the card of a dense pruned model says nothing of bitmaps', () => {
  const text = compressed({ kind: 'prune', method: 'magnitude', storage: 'dense' });
  assert.doesNotMatch(text, /bitmap/);
  assert.match(text, /as fast as one without zeros/);
});

test('a card says why its figures are in doubt', () => {
  const text = card({}, {}, [
    { kind: 'teacher-quality', message: 'The teacher is <i>no better</i> than chance.' },
  ]);
  assert.match(text, /These figures are in doubt:\n\n- The teacher is &lt;i/);
  assert.doesNotMatch(card({}), /in doubt/);
});
