// Does what pip does with the wheels of CUDA, in small. What is asked of it is added to the file that PIP_LOG names;
// PIP_ENDS says how it ends.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const given = process.argv.slice(2);
const after = (name) => given[given.indexOf(name) + 1];
const requirements = readFileSync(after('--requirement'), 'utf8');
appendFileSync(process.env.PIP_LOG, `${JSON.stringify([given, requirements])}\n`);
for (const file of [
  'onnxruntime/capi/libonnxruntime_providers_cuda.so',
  'onnxruntime/capi/libonnxruntime_providers_shared.so',
  'onnxruntime/capi/libonnxruntime_providers_tensorrt.so',
  'onnxruntime/capi/onnxruntime_pybind11_state.so',
  'onnxruntime/__init__.py',
  'nvidia/cu13/lib/libcublas.so.13',
  'nvidia/cu13/lib/libcublasLt.so.13',
  'nvidia/cu13/lib/libcudart.so.13',
  'nvidia/cudnn/lib/libcudnn.so.9',
  'nvidia/cudnn/lib/libcudnn_ops.so.9',
]) {
  const path = join(after('--target'), file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file);
}
console.log('Successfully installed');
if (process.env.PIP_ENDS === 'badly') {
  console.error('ERROR: THESE PACKAGES DO NOT MATCH THE HASHES');
  process.exit(1);
}
if (process.env.PIP_ENDS === 'never') setInterval(() => undefined, 1000);
