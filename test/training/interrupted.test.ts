import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Interruption } from '../../src/base/interruption.ts';
import type { TrainObserver } from '../../src/training/train-observer.ts';
import { trainSmall } from './small-training.ts';
import { temporaryDirectory } from './support.ts';

test('a crash after an epoch’s checkpoint loses nothing, one in mid-epoch only that epoch', async () => {
  const undisturbed = await trainSmall({ config: { epochs: 3 }, dropout: 0.3 });
  const directory = temporaryDirectory();
  const crashed = await trainSmall({
    directory,
    config: { epochs: 3 },
    dropout: 0.3,
    more: {
      observer: {
        progress(done) {
          if (done === 6) throw new Error('power cut');
        },
      },
    },
  });
  assert.match(String(crashed.error), /power cut/);
  const first: number[] = [];
  const resumed = await trainSmall({
    directory,
    config: { epochs: 3 },
    dropout: 0.3,
    more: { observer: { progress: (done) => void first.push(done) } },
  });
  assert.equal(first[0], 5);
  assert.deepEqual(resumed.weights, undisturbed.weights);
});

test('a checkpoint of another training is not gone on with', async () => {
  const directory = temporaryDirectory();
  await trainSmall({ directory });
  const steps: number[] = [];
  const observer: TrainObserver = { progress: (done) => void steps.push(done) };
  await trainSmall({ directory, more: { observer } });
  assert.deepEqual(steps, [], 'the same training is complete');
  const { weights } = await trainSmall({ directory, more: { observer, identity: 'other', seed: 4 } });
  assert.equal(steps[0], 1);
  assert.deepEqual(weights, (await trainSmall({ more: { seed: 4 } })).weights);
});

test('cancelled, training keeps no checkpoint of the epoch it was in', async () => {
  const directory = temporaryDirectory();
  const { error } = await trainSmall({ directory, more: { stopRequested: () => 'cancel' } });
  assert.ok(error instanceof Interruption);
  assert.equal(error.reason, 'cancel');
  assert.equal(existsSync(join(directory, 'checkpoints')), false);
});
