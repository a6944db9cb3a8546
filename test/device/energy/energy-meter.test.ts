import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EnergyMeter } from '../../../src/device/energy/energy-meter.ts';
import { noShell } from '../../machine/lacks.ts';

const folder = mkdtempSync(join(tmpdir(), 'distillery-energy-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const none = { powercap: join(folder, 'none'), nvidiaSmi: join(folder, 'none') };

/** A folder of counters as Linux has it: microjoules by zone. */
function powercap(
  name: string,
  zones: Record<string, readonly [name: string, microjoules: number | string]>,
) {
  const root = join(folder, name);
  for (const [zone, [called, value]] of Object.entries(zones)) {
    mkdirSync(join(root, zone), { recursive: true });
    writeFileSync(join(root, zone, 'name'), `${called}\n`);
    writeFileSync(join(root, zone, 'max_energy_range_uj'), '1000000000\n');
    writeFileSync(join(root, zone, 'energy_uj'), `${value}\n`);
  }
  return root;
}

const set = (root: string, zone: string, value: number | string) =>
  writeFileSync(join(root, zone, 'energy_uj'), `${value}\n`);

test('the processor’s counters: packages and memory, not the parts of a package, and past the end of a counter', async () => {
  const root = powercap('all', {
    'intel-rapl:0': ['package-0', 5_000_000],
    'intel-rapl:0:0': ['core', 3_000_000],
    'intel-rapl:0:1': ['dram', 999_000_000],
    'intel-rapl:1': ['package-1', 0],
    'intel-rapl-mmio:0': ['package-0', 1],
    dtpm: ['dtpm', 7],
  });
  const meter = (await EnergyMeter.start('cpu', { ...none, powercap: root }))!;
  set(root, 'intel-rapl:0', 7_500_000);
  set(root, 'intel-rapl:0:0', 900_000_000);
  set(root, 'intel-rapl:0:1', 1_000_000);
  set(root, 'intel-rapl:1', 4_000_000);
  // 2.5 J, 4 J, and 1 J to the end of the counter with 1 J after it.
  assert.deepEqual(await meter.stop(), { joules: 8.5, sources: ['package-0', 'dram', 'package-1'] });
});

test('nothing is told where nothing is reported, only in part, or no longer', async () => {
  assert.equal(await EnergyMeter.start('cpu', none), undefined);
  const parts = powercap('parts', { 'intel-rapl:0': ['core', 1] });
  assert.equal(await EnergyMeter.start('cpu', { ...none, powercap: parts }), undefined);
  const damaged = powercap('damaged', {
    'intel-rapl:0': ['package-0', 1],
    'intel-rapl:1': ['package-1', 'nothing'],
  });
  assert.equal(await EnergyMeter.start('cpu', { ...none, powercap: damaged }), undefined);
  const ending = powercap('ending', { 'intel-rapl:0': ['package-0', 1] });
  const meter = await EnergyMeter.start('cpu', { ...none, powercap: ending });
  rmSync(ending, { recursive: true });
  assert.equal(await meter!.stop(), undefined);
  // A GPU that does not report is not made up for by the processor beside it.
  const root = powercap('beside', { 'intel-rapl:0': ['package-0', 1] });
  assert.equal(await EnergyMeter.start('cuda', { ...none, powercap: root }), undefined);
  assert.equal(await EnergyMeter.start('webgpu', { ...none, powercap: root }), undefined);
});

/** Grows with every line of power that was told. */
const told = join(folder, 'told');

/** Answers as nvidia-smi does; power comes in a line every 50 ms. */
function nvidiaSmi(
  name: string,
  gpus: readonly string[],
  processes: readonly string[],
  power: string,
): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    `#!/bin/sh
lines() { printf '%s\\n' "$@"; }
case "$*" in
  *-lms*) case "$*" in *--id=GPU-b*) while lines '${power}'; do echo >> '${told}'; sleep 0.05; done ;; esac ;;
  *compute-apps*) lines ${processes.map((line) => `'${line}'`).join(' ')} ;;
  *) lines ${gpus.map((line) => `'${line}'`).join(' ')} ;;
esac
`,
  );
  chmodSync(file, 0o755);
  return file;
}

/** Measures until the GPU has told its power often. */
const measured = async (meter: EnergyMeter) => {
  const often = () => existsSync(told) && statSync(told).size >= 20;
  while (!often()) await new Promise((resolve) => setTimeout(resolve, 50));
  rmSync(told);
  return meter.stop();
};

test('a GPU’s power is summed up over time', { skip: noShell }, async () => {
  const start = performance.now();
  const smi = nvidiaSmi('one', ['GPU-b, NVIDIA H100, 70.1'], [], '200.0');
  const energy = await measured((await EnergyMeter.start('cuda', { ...none, nvidiaSmi: smi }))!);
  assert.deepEqual(energy!.sources, ['NVIDIA H100']);
  // 200 W for as long as it was heard of, which is less than it took.
  const seconds = energy!.joules / 200;
  assert.ok(seconds > 0.05 && seconds < (performance.now() - start) / 1000, `${seconds} s`);
});

test('of several GPUs only the one that this process computes on', { skip: noShell }, async () => {
  const gpus = ['GPU-a, NVIDIA T4, 10', 'GPU-b, NVIDIA H100, 70'];
  const own = nvidiaSmi('own', gpus, ['1, GPU-a', `${process.pid}, GPU-b`], '100');
  const energy = await measured((await EnergyMeter.start('cuda', { ...none, nvidiaSmi: own }))!);
  assert.deepEqual(energy!.sources, ['NVIDIA H100']);
  const unknown = nvidiaSmi('unknown', gpus, ['1, GPU-a'], '100');
  assert.equal(await EnergyMeter.start('cuda', { ...none, nvidiaSmi: unknown }), undefined);
  const silent = nvidiaSmi('silent', ['GPU-b, NVIDIA K80, [N/A]'], [], '[N/A]');
  assert.equal(await EnergyMeter.start('cuda', { ...none, nvidiaSmi: silent }), undefined);
  const ceasing = nvidiaSmi('ceasing', ['GPU-b, NVIDIA H100, 70'], [], '[N/A]');
  assert.equal(
    await measured((await EnergyMeter.start('cuda', { ...none, nvidiaSmi: ceasing }))!),
    undefined,
  );
});
