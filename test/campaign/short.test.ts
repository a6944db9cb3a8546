import assert from 'node:assert/strict';
import { test } from 'node:test';
import { campaign } from './frame/campaign.ts';
import type { Kind } from './frame/kind.ts';
import { calls } from './kinds/calls.ts';
import { clock } from './kinds/clock.ts';
import { disk } from './kinds/disk.ts';
import { kills } from './kinds/kills.ts';
import { races } from './kinds/races.ts';

const limit = { timeout: 900_000 };

/** A few cases of the campaign, always the same; `npm run campaign` tries as many as there is time for. */
async function shortly(kinds: readonly Kind[], most: number, seed: string) {
  // How long a busy machine lets processes wait says nothing about them.
  const patient = { minutes: 14, mostSilenceMs: Infinity };
  const tallies = await campaign({ kinds, most, seed, experiments: ['quantize'], ...patient });
  for (const { kind, faults, cases } of tallies) {
    assert.equal(cases, most, kind.name);
    assert.deepEqual(
      faults.map(({ what, detail }) => `${kind.name}: ${what}\n${detail}`),
      [],
    );
  }
  return Object.fromEntries(tallies.map(({ kind, counts }) => [kind.name, counts]));
}

test('real runs that are killed, meet a full disk or a wrong clock lose nothing', limit, async () => {
  const tried = await shortly([kills, calls, disk, clock], 1, 'short');
  assert.ok(tried.calls!.kills! > 0, 'the run was killed at a call');
  assert.equal(tried.disk!['full disks'], 1);
  assert.ok(tried.clock!.jumps! > 0);
});

test('commands that race for one data directory lose nothing and hurt nobody', limit, async () => {
  const { races: tried } = await shortly([races], 1, 'short');
  assert.ok(tried!.commands! > 4);
});
