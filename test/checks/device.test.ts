import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkExperiment } from '../../src/checks/check.ts';
import { type DeviceLookup, requireDevice } from '../../src/checks/device.ts';
import { isDeviceProblem } from '../../src/device/device-problem.ts';
import { experimentTemplate } from '../../src/experiment/editing/template.ts';

const here: DeviceLookup = async () => [
  { kind: 'cuda', available: false, name: 'CUDA', detail: 'no GPU was found', remedy: 'Install a driver.' },
  { kind: 'webgpu', available: true, name: 'GPU', detail: 'ONNX Runtime' },
];
const file = join(import.meta.dirname, 'any.distill.json');

async function problemsWith(device: string, devices: DeviceLookup | undefined) {
  const text = experimentTemplate('direct', 'any').replace('"seeds"', `"device": "${device}",\n  "seeds"`);
  const problems = await checkExperiment(text, file, { ...(devices && { devices }) });
  return problems.filter(({ path }) => path[0] === 'device').map((problem) => ({ ...problem, text }));
}

test('a device that the experiment names and that is not here is found before it runs', async () => {
  const [problem] = await problemsWith('cuda', here);
  assert.equal(problem?.severity, 'error');
  assert.ok(isDeviceProblem(problem.message));
  assert.equal(problem.message, "The device 'cuda' cannot be used: no GPU was found.");
  assert.match(problem.remedy ?? '', /^Install a driver\. .*"auto"/);
  assert.equal(problem.text.slice(problem.offset, problem.offset + problem.length), '"cuda"');
  assert.equal(problem.fix && 'value' in problem.fix ? problem.fix.value : undefined, 'auto');
  assert.deepEqual(await problemsWith('webgpu', here), []);
  assert.deepEqual(await problemsWith('cuda', undefined), []);
});

test('nobody looks for devices where none is named that could be missing', async () => {
  const never: DeviceLookup = () => assert.fail('looked');
  for (const device of ['auto', 'cpu']) assert.deepEqual(await problemsWith(device, never), []);
});

test('a device that is named beside the experiment is refused where it is not here', async () => {
  await assert.rejects(requireDevice('cuda', here), { message: /no GPU was found/ });
  await requireDevice('webgpu', here);
  await requireDevice('auto', here);
});
