import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { chooseToken, type Sampling } from '../../../src/training/generation/choose-token.ts';

const probabilities = [0.5, 0.05, 0.3, 0.15];
const logits = Float32Array.from(probabilities, (probability) => Math.log(probability) + 3);

/** How often each token is drawn, of all draws. */
function frequencies(sampling: Sampling, draws = 4000): number[] {
  const generator = RandomGenerator.forUse(1, 'draws');
  const counts = probabilities.map(() => 0);
  for (let draw = 0; draw < draws; draw++) counts[chooseToken(logits, sampling, generator)]!++;
  return counts.map((count) => count / draws);
}

function assertNear(actual: readonly number[], expected: readonly number[]) {
  for (const [index, value] of expected.entries()) {
    if (value === 0) assert.equal(actual[index], 0);
    else assert.ok(Math.abs(actual[index]! - value) < 0.03, `${actual} instead of ${expected}`);
  }
}

test('temperature 0 takes the most probable token, the first of equal ones', () => {
  assertNear(frequencies({ temperature: 0, topK: 3 }, 10), [1, 0, 0, 0]);
  const generator = RandomGenerator.forUse(1, 'draws');
  assert.equal(chooseToken(Float32Array.of(1, 2, 2), { temperature: 0 }, generator), 1);
});

test('temperature 1 draws by the softmax, others sharpen or flatten it', () => {
  assertNear(frequencies({ temperature: 1 }), probabilities);
  const powers = probabilities.map((probability) => probability ** 2);
  const sum = powers.reduce((total, power) => total + power);
  assertNear(
    frequencies({ temperature: 0.5 }),
    powers.map((power) => power / sum),
  );
});

test('top-k leaves the k most probable tokens', () => {
  assertNear(frequencies({ temperature: 1, topK: 2 }), [0.5 / 0.8, 0, 0.3 / 0.8, 0]);
  assertNear(frequencies({ temperature: 1, topK: 9 }), probabilities);
});

test('top-p leaves the fewest tokens that have so much of the probability together', () => {
  assertNear(frequencies({ temperature: 1, topP: 0.75 }), [0.5 / 0.8, 0, 0.3 / 0.8, 0]);
  assertNear(frequencies({ temperature: 1, topP: 0.81 }), [0.5 / 0.95, 0, 0.3 / 0.95, 0.15 / 0.95]);
  assertNear(frequencies({ temperature: 1, topP: 0.01 }), [1, 0, 0, 0]);
});

test('top-p counts within what top-k left', () => {
  // 0.5 of 0.8 is less than 0.7; both are needed. Of all four tokens 0.5 and 0.3 would be 0.8 too.
  assertNear(frequencies({ temperature: 1, topK: 2, topP: 0.6 }), [1, 0, 0, 0]);
  assertNear(frequencies({ temperature: 1, topK: 2, topP: 0.7 }), [0.5 / 0.8, 0, 0.3 / 0.8, 0]);
});

test('a nucleus found among few candidates is that of the whole vocabulary', () => {
  const generator = RandomGenerator.forUse(2, 'logits');
  const wide = Float32Array.from({ length: 500 }, () => 3 * generator.normal());
  const shares = Float64Array.from(wide, (logit) => Math.exp(logit));
  const sum = shares.reduce((total, share) => total + share);
  const order = [...shares.keys()].sort((one, other) => shares[other]! - shares[one]!);
  const nucleus = new Set<number>();
  for (let reached = 0, at = 0; reached < 0.8 * sum; at++) {
    nucleus.add(order[at]!);
    reached += shares[order[at]!]!;
  }
  const seen = new Set<number>();
  for (let draw = 0; draw < 6000; draw++)
    seen.add(chooseToken(wide, { temperature: 1, topP: 0.8 }, generator));
  assert.ok([...seen].every((token) => nucleus.has(token)));
  assert.ok(seen.size > 0.9 * nucleus.size);
});
