import { tf } from '../../../src/device/tensorflow.ts';
import { type KernelCase, tensorOf } from './case.ts';

interface Result {
  readonly label: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Runs a case on one backend: its outputs, and the gradients of a weighted sum of them. */
async function resultsOn(backend: string, { operands, compute, gradients }: KernelCase): Promise<Result[]> {
  await tf.setBackend(backend);
  const made = tf.tidy(() => {
    const tensors = operands.map(tensorOf);
    const outputs = [compute(...tensors)].flat();
    const labelled = outputs.map((tensor, index): [string, tf.Tensor] => [`output ${index}`, tensor]);
    if (gradients) {
      const differentiated = tensors.flatMap((tensor, index) => (tensor.dtype === 'float32' ? [index] : []));
      const total = (...floats: tf.Tensor[]) => {
        const all = [...tensors];
        differentiated.forEach((index, position) => {
          all[index] = floats[position]!;
        });
        return weightedSum([compute(...all)].flat());
      };
      const found = tf.grads(total)(differentiated.map((index) => tensors[index]!));
      found.forEach((tensor, position) => {
        labelled.push([`gradient of operand ${differentiated[position]}`, tensor]);
      });
    }
    return labelled;
  });
  try {
    const results: Result[] = [];
    for (const [label, tensor] of made) {
      const { dtype, shape } = tensor;
      results.push({ label, dtype, shape: [...shape], data: (await tensor.data()) as ArrayLike<number> });
    }
    return results;
  } finally {
    for (const [, tensor] of made) tensor.dispose();
  }
}

/** Each element with a weight of its own, so that no gradient can hide behind a symmetry. */
function weightedSum(outputs: readonly tf.Tensor[]): tf.Tensor {
  const sums = outputs
    .filter((output) => output.dtype === 'float32')
    .map((output) => {
      const weights = Float32Array.from({ length: output.size }, (_, index) => Math.sin(index * 1.7 + 1));
      return tf.sum(tf.mul(output, tf.tensor(weights, output.shape)));
    });
  return sums.reduce((sum, term) => tf.add(sum, term), tf.scalar(0));
}

/** @returns what differs between the backends, one line each; nothing where they agree. */
export async function differences(
  kernelCase: KernelCase,
  backend: string,
  oracle: string,
): Promise<string[]> {
  const [expected, actual] = [await resultsOn(oracle, kernelCase), await resultsOn(backend, kernelCase)];
  const found: string[] = [];
  if (actual.length !== expected.length) found.push(`${actual.length} results, expected ${expected.length}`);
  expected.forEach((wanted, index) => {
    const got = actual[index];
    if (!got) return;
    const wantedType = `${wanted.dtype} [${wanted.shape}]`;
    const gotType = `${got.dtype} [${got.shape}]`;
    if (gotType !== wantedType) found.push(`${wanted.label} is ${gotType}, expected ${wantedType}`);
    else {
      const difference = firstDifference(wanted, got, kernelCase);
      if (difference) found.push(`${wanted.label}${difference}`);
    }
  });
  return found;
}

function firstDifference(wanted: Result, got: Result, tolerance: KernelCase): string | undefined {
  if (got.data.length !== wanted.data.length)
    return ` has ${got.data.length} elements, expected ${wanted.data.length}`;
  for (let index = 0; index < wanted.data.length; index++) {
    const [a, b] = [got.data[index]!, wanted.data[index]!];
    if (!close(a, b, wanted.dtype === 'float32', tolerance)) return `[${index}] is ${a}, expected ${b}`;
  }
  return undefined;
}

function close(a: number, b: number, inexact: boolean, { relative, absolute }: KernelCase): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  return inexact && Math.abs(a - b) <= absolute + relative * Math.abs(b);
}
