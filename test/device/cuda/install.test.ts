import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { driverProblem, examineDriver } from '../../../src/device/cuda/driver.ts';
import { installCuda } from '../../../src/device/cuda/install.ts';
import {
  cudaLibraries,
  isInstalled,
  removeInstallation,
  runtimeFolder,
} from '../../../src/device/cuda/installation.ts';
import { platformWheels, requirementsOf, runtimeVersion } from '../../../src/device/cuda/wheels.ts';
import { library } from '../../../src/device/runtime/library.ts';

const scratch = mkdtempSync(join(tmpdir(), 'distillery-cuda-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const python = [process.execPath, join(import.meta.dirname, 'fake-pip.mjs')];

/** What pip was asked for since the last look. */
function asked(): [given: string[], requirements: string][] {
  const file = process.env.PIP_LOG!;
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  rmSync(file, { force: true });
  return lines.map((line) => JSON.parse(line));
}
process.env.PIP_LOG = join(scratch, 'pip.log');

const here = platformWheels() !== undefined && process.platform === 'linux';
const skip = here ? false : 'the libraries of CUDA have other names here, or are not published';

test('the provider is that of the ONNX Runtime that is here', () => {
  assert.equal(library().version, runtimeVersion);
});

test('each wheel is asked for by version and hash', () => {
  for (const platform of ['linux', 'win32'] as const) {
    const { wheels, tags } = platformWheels(platform, 'x64')!;
    assert.ok(tags.length > 0);
    const lines = requirementsOf(wheels).trim().split('\n');
    assert.equal(new Set(lines).size, wheels.length);
    for (const line of lines) assert.match(line, /^[a-z0-9-]+==[\d.]+ --hash=sha256:[0-9a-f]{64}$/);
  }
  assert.equal(platformWheels('darwin', 'arm64'), undefined);
});

test('a driver that is missing or too old is told with what to do', () => {
  assert.deepEqual(examineDriver('libno-such-driver.so.1'), { state: 'missing' });
  assert.match(driverProblem({ state: 'missing' })!.detail, /no driver/);
  const old = driverProblem({ state: 'old', cuda: 12_040 })!;
  assert.match(old.detail, /supports CUDA 12\.4, .* needs 13\.0/);
  assert.match(old.remedy, /580 or newer/);
  assert.equal(driverProblem({ state: 'fit', cuda: 13_010 }), undefined);
});

test('libraries lie beside ONNX Runtime’s own, installed once however many ask', { skip }, async () => {
  const folder = join(scratch, 'whole');
  const lines: string[] = [];
  const onLine = (line: string) => void lines.push(line);
  const both = await Promise.all([1, 2].map(() => installCuda({ folder, python, onLine })));
  assert.deepEqual(both, [folder, folder]);
  assert.ok(lines.includes('Successfully installed'));
  const calls = asked();
  assert.equal(calls.length, 1, 'one of the two ran pip');
  const [given, requirements] = calls[0]!;
  assert.ok(given.includes('--require-hashes') && given.includes('--no-deps'));
  assert.equal(requirements, requirementsOf(platformWheels()!.wheels));
  assert.deepEqual(readdirSync(runtimeFolder(folder)).sort(), [
    'libonnxruntime.so.1',
    'libonnxruntime_providers_cuda.so',
    'libonnxruntime_providers_shared.so',
  ]);
  assert.ok(!existsSync(join(folder, 'onnxruntime/__init__.py')));
  // Each finds those it asks for; cuDNN finds its own parts itself.
  assert.deepEqual(
    cudaLibraries(folder).map((file) => basename(file)),
    ['libcudart.so.13', 'libcublasLt.so.13', 'libcublas.so.13', 'libcudnn.so.9'],
  );

  assert.ok(isInstalled(folder));
  truncateSync(join(runtimeFolder(folder), 'libonnxruntime_providers_cuda.so'), 3);
  assert.ok(!isInstalled(folder), 'a library that is cut off is none');
  await installCuda({ folder, python });
  assert.ok(isInstalled(folder));
  assert.equal(asked().length, 1);
  assert.ok(await removeInstallation(folder));
  assert.ok(!(await removeInstallation(folder)));
});

test('where pip fails, is stopped or is not there, nothing is left and it is told why', {
  skip,
}, async () => {
  const folder = join(scratch, 'broken');
  process.env.PIP_ENDS = 'badly';
  await assert.rejects(installCuda({ folder, python }), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /DO NOT MATCH THE HASHES/);
    return true;
  });
  process.env.PIP_ENDS = 'never';
  const stopped = new AbortController();
  const { signal } = stopped;
  const stopping = installCuda({ folder, python, signal, onLine: () => stopped.abort() });
  await assert.rejects(stopping, { name: 'AbortError' });
  delete process.env.PIP_ENDS;
  await assert.rejects(installCuda({ folder, python: ['no-such-python'] }), /There is no Python/);
  assert.ok(!isInstalled(folder));
  assert.deepEqual(readdirSync(scratch), ['pip.log']);
});
