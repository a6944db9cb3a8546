/** The kernel suite on the WebGPU provider, on a software Vulkan device, in a process of its own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { lacks } from '../../machine/lacks.ts';
import { program } from '../../program.ts';
import { families } from './families.ts';
import { softwareVulkan } from './software-vulkan.ts';
import type { ChildLine } from './webgpu-child.ts';

const env = softwareVulkan();
const skip = typeof env === 'string' ? env : false;

test('kernels on the WebGPU provider', { skip }, async (context) => {
  const [node, ...words] = program('test/device/kernels/webgpu-child.ts');
  const child = spawnSync(node, words, { env: env as NodeJS.ProcessEnv, encoding: 'utf8' });
  const lines = child.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as ChildLine);
  const [first] = lines;
  if (first && 'unavailable' in first) {
    context.skip(lacks('a software Vulkan device that starts', first.unavailable));
    return;
  }
  assert.equal(child.status, 0, child.stderr);
  for (const { name } of families)
    await context.test(`${name}: as in the pure JavaScript backend`, () => {
      const line = lines.find((line) => 'family' in line && line.family === name);
      assert.ok(line && 'family' in line, `the process ended before this family\n${child.stderr}`);
      assert.ok(line.cases > 0);
      assert.deepEqual(line.faults, []);
    });
});
