import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { HostTensor } from '../../../src/device/device.ts';
import { openDevice } from '../../../src/device/open-device.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { fromStored, toStored } from '../../../src/models/checkpoint/kernel-layout.ts';
import { type Model, parameterCount } from '../../../src/models/model.ts';
import { keptShape } from '../../../src/models/onnx/network.ts';
import { openedGraph } from '../../../src/models/onnx/opened.ts';
import { createStrategy } from '../../../src/strategies/create-strategy.ts';
import type { LossTerm } from '../../../src/strategies/strategy.ts';
import { modelInput, prefixed } from '../../../src/training/inputs.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { findPython } from '../../machine/python.ts';
import { contextFor, partsFor, strategyConfig, totalOf } from '../../strategies/support.ts';
import { assertClose } from '../backend.ts';
import { graphFolder, inputsOf, type Numbers, referenceOf } from './references.ts';

/** What PyTorch computed: test/reference/onnx/exits.py. */
interface Recorded {
  readonly layers: readonly (number | string)[];
  readonly labels: number[];
  readonly temperature: number;
  readonly training: boolean;
  readonly terms: Readonly<Record<string, number>>;
  readonly exits: readonly Readonly<
    Record<'weights' | 'gradients' | 'statistics', Record<string, Numbers>>
  >[];
  readonly gradients: Readonly<Record<string, Numbers>>;
}

const recordedOf = (name: string): Recorded =>
  JSON.parse(readFileSync(join(graphFolder(name), 'exits.json'), 'utf8'));

const stored = (values: ArrayLike<number>, shape: readonly number[]) =>
  toStored(Float32Array.from(values), keptShape(shape));

/** Inputs as the file takes them, images with their channels first. */
function feedsOf(name: string, inputNames: readonly string[]): Record<string, Numbers> {
  const { inputs } = referenceOf(name);
  return Object.fromEntries(inputNames.map((input) => [input, inputs[input]!]));
}

/** What ONNX Runtime answers, asked without anything of ours. */
async function answeredDirectly(file: string, name: string): Promise<Float32Array> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  const feeds = Object.entries(feedsOf(name, session.inputNames)).map(([input, { shape, data }]) => [
    input,
    input === 'pixel_values'
      ? new OrtTensor('float32', Float32Array.from(data), shape)
      : new OrtTensor('int64', BigInt64Array.from(data, BigInt), shape),
  ]);
  assert.deepEqual(session.outputNames, ['logits']);
  const { logits } = await session.run(Object.fromEntries(feeds));
  await session.release();
  return logits!.data as Float32Array;
}

const python = findPython('onnx', 'onnxruntime', 'numpy');

/** What ONNX's own checker and ONNX Runtime's Python package say; undefined where they are not there. */
function answeredByPython(file: string, feeds: Record<string, Numbers>): number[] | undefined {
  if (python === undefined) return undefined;
  const script = `
import json, sys
import numpy, onnx, onnxruntime
file, feeds = json.load(sys.stdin)
onnx.checker.check_model(file, full_check=True)
session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
types = {value.name: numpy.float32 if "float" in value.type else numpy.int64 for value in session.get_inputs()}
given = {name: numpy.array(value["data"], types[name]).reshape(value["shape"]) for name, value in feeds.items()}
print(json.dumps(session.run(["logits"], given)[0].ravel().tolist()))`;
  const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
    input: JSON.stringify([file, feeds]),
  });
  assert.equal(status, 0, String(stderr));
  return JSON.parse(String(stdout));
}

const graphOf = ({ config }: Model) => openedGraph(config as Parameters<typeof openedGraph>[0]);

for (const [name, names] of [
  ['bert', ['exit-1', 'exit-encoder-layer-1-attention-output-LayerNorm-Add_1_output_0']],
  ['resnet', ['exit-1', 'exit-3']],
] as const)
  test(`${name}: exits learn as in PyTorch, and become graphs that answer the same elsewhere`, async (context) => {
    const recorded = recordedOf(name);
    const device = await openDevice('cpu', { threads: 1 });
    context.after(() => device.dispose());
    const values = recorded.layers.filter((layer) => typeof layer === 'string');
    const student = await loadModel(graphFolder(name), { values });
    context.after(() => student.dispose());
    const { layers, temperature, labels, training } = recorded;
    const attached = createStrategy(strategyConfig({ kind: 'self', layers, temperature })).attach(
      partsFor(student),
    );
    context.after(() => attached.dispose());
    for (const [at, { weights }] of recorded.exits.entries())
      for (const [weight, { shape, data }] of Object.entries(weights)) {
        const own = `${names[at]}.${weight}`;
        const variable = (attached.parameters.get(own) ?? attached.buffers.get(own))!;
        variable.assign(tf.tensor(fromStored(Float32Array.from(data), keptShape(shape)), variable.shape));
      }
    const trained = new Map([...student.parameters, ...attached.parameters]);
    const step = device.compile<string>((inputs) => {
      let terms: Record<string, LossTerm> = {};
      const { grads } = tf.variableGrads(() => {
        const input = modelInput(inputs);
        const forward = student.forward(input, { training });
        const plain = contextFor(forward.logits, labels, { student: forward });
        terms = attached.loss({ ...plain, batch: { ...plain.batch, input } });
        for (const { value } of Object.values(terms)) tf.keep(value);
        return totalOf(terms);
      }, [...trained.values()]);
      return {
        ...Object.fromEntries(Object.entries(terms).map(([term, { value }]) => [`term ${term}`, value])),
        ...Object.fromEntries(
          [...trained].map(([own, variable]) => [`gradient ${own}`, grads[variable.name]!]),
        ),
      };
    });
    const inputs: Record<string, HostTensor> = prefixed('input', inputsOf(referenceOf(name)));
    const outputs = await step.run(inputs);
    step.dispose();
    for (const [term, value] of Object.entries(recorded.terms)) {
      const own = `term ${term.replace(/^\d/, (at) => names[Number(at)]!)}`;
      assertClose(outputs[own]!, [value], 1e-4, own);
    }
    const { tied } = graphOf(student).weights;
    const gradients = Object.entries(recorded.gradients).filter(([weight]) => !tied.has(weight));
    assert.equal(gradients.length, student.parameters.size);
    for (const [at, exit] of recorded.exits.entries()) {
      for (const [weight, gradient] of Object.entries(exit.gradients))
        gradients.push([`${names[at]}.${weight}`, gradient]);
      for (const [buffer, { data }] of Object.entries(exit.statistics))
        assertClose(await attached.buffers.get(`${names[at]}.${buffer}`)!.data(), data, 1e-4, buffer);
    }
    assert.equal(gradients.length, trained.size);
    const largest = Math.max(...gradients.flatMap(([, { data }]) => data.map(Math.abs)));
    for (const [weight, { shape, data }] of gradients) {
      // What comes to nothing, such as a shift before a normalization, is nothing beside the others.
      const scale = Math.max(1e-3 * largest, ...data.map(Math.abs));
      for (const [place, value] of stored(outputs[`gradient ${weight}`]!, shape).entries())
        assert.ok(
          Math.abs(value - data[place]!) <= 1e-4 * scale,
          `${weight}[${place}]: ${value}, ${data[place]}`,
        );
    }

    const folder = temporaryDirectory(context);
    const candidates = attached.candidates!();
    assert.deepEqual(
      candidates.map(({ name }) => name),
      names,
    );
    for (const { name: exit, model } of candidates) {
      assert.ok(parameterCount(model) < parameterCount(student) + 200, exit);
      const answer = device.compile<string>((given) => ({
        logits: model.forward(modelInput(given), { training: false }).logits,
      }));
      const { logits } = await answer.run(inputs);
      answer.dispose();
      const saved = join(folder, exit);
      await saveModel(model, saved, { classNames: ['a', 'b', 'c', 'd'].slice(0, model.task.classes) });
      // Its answers are held against ONNX Runtime when it is opened.
      const again = await loadModel(saved);
      assert.deepEqual(again.task, model.task);
      assert.deepEqual([...again.parameters.keys()].sort(), [...model.parameters.keys()].sort());
      assert.deepEqual([...again.buffers.keys()].sort(), [...model.buffers.keys()].sort());
      for (const [weight, variable] of model.parameters)
        assert.deepEqual(await again.parameters.get(weight)!.data(), await variable.data(), weight);
      again.dispose();
      const file = join(saved, 'model.onnx');
      assertClose(await answeredDirectly(file, name), logits!, 1e-4, `${exit} in ONNX Runtime`);
      const found = answeredByPython(
        file,
        feedsOf(
          name,
          graphOf(model).graph.inputs.map(({ name }) => name),
        ),
      );
      if (found) assertClose(found, logits!, 1e-4, `${exit} in Python`);
    }
  });
