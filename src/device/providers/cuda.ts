import { createRequire } from 'node:module';
import util from 'node:util';
import { usableCores } from '../cores.ts';
import { driverProblem, examineDriver } from '../cuda/driver.ts';
import { downloadMegabytes } from '../cuda/install.ts';
import { isInstalled } from '../cuda/installation.ts';
import { platformWheels } from '../cuda/wheels.ts';
import type { Device } from '../device.ts';
import { deviceProblem } from '../device-problem.ts';
import { eagerDevice } from '../eager-device.ts';
import type { DeviceReport } from '../list-devices.ts';
import { OnnxDevice } from '../onnx/onnx-device.ts';
import { tf } from '../tensorflow.ts';
import { gpuNames } from './gpu-names.ts';
import { probe } from './probe.ts';

/** One way to CUDA: whether it is open, and if not, why and what to do. */
interface Way {
  readonly usable: boolean;
  readonly detail: string;
  readonly remedy?: string;
}

export interface CudaState {
  readonly name: string;
  readonly tensorFlow: Way;
  readonly onnx: Way;
}

/** Tries both ways: TensorFlow's binding first, then ONNX Runtime's CUDA provider. */
export async function examineCuda(): Promise<CudaState> {
  const [gpu = 'GPU'] = await gpuNames();
  const tensorFlow = await examineTensorFlow();
  const onnx = tensorFlow.usable
    ? { usable: false, detail: 'not tried, as TensorFlow works' }
    : await examineProvider();
  return { name: `${gpu} (CUDA)`, tensorFlow, onnx };
}

/** What matters to us of the binding's backend. */
interface NodeBackend extends tf.KernelBackend {
  readonly isUsingGpuDevice?: boolean;
}

const packageName = '@tensorflow/tfjs-node-gpu';

async function examineTensorFlow(): Promise<Way> {
  const remedy = `For CUDA 11.2 with cuDNN 8.1 on Linux or Windows: \`npm install ${packageName}\` (it downloads TensorFlow's library).`;
  try {
    createRequire(import.meta.url).resolve(packageName);
  } catch {
    return { usable: false, detail: `${packageName} is not installed`, remedy };
  }
  const current = tf.engine().backendName;
  try {
    // Node 23 dropped these, which the package still calls.
    Object.assign(util, missingHelpers());
    // TensorFlow's own messages about each library it looks for.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
    await import(packageName);
    const backend = tf.findBackend('tensorflow') as NodeBackend | null;
    if (!backend) return { usable: false, detail: `${packageName} loads but starts no backend`, remedy };
    if (!backend.isUsingGpuDevice)
      return {
        usable: false,
        detail: `${packageName} loads but sees no GPU`,
        remedy: 'Install the NVIDIA driver with CUDA 11.2 and cuDNN 8.1, which this TensorFlow needs.',
      };
    return { usable: true, detail: `TensorFlow through ${packageName}` };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { usable: false, detail: `${packageName} does not load: ${reason}`, remedy };
  } finally {
    // Loading the package makes its backend the current one.
    if (current && tf.engine().backendName !== current) await tf.setBackend(current);
  }
}

function missingHelpers(): Record<string, unknown> {
  const helpers = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  return Object.fromEntries(Object.entries(helpers).filter(([name]) => !(name in util)));
}

async function examineProvider(): Promise<Way> {
  if (!platformWheels())
    return { usable: false, detail: `CUDA is not published for ${process.platform}-${process.arch}` };
  const problem = driverProblem(examineDriver());
  const installed = isInstalled();
  const found = installed
    ? "ONNX Runtime's CUDA provider is installed"
    : "ONNX Runtime's CUDA provider is not installed";
  if (problem) return { usable: false, detail: `${found}; ${problem.detail}`, remedy: problem.remedy };
  if (!installed)
    return {
      usable: false,
      detail: found,
      remedy: `\`distillery devices --install cuda\` loads it with CUDA's libraries (${downloadMegabytes()} MB) by pip.`,
    };
  const probed = await probe('cuda');
  if (probed.gigaflops === undefined)
    return {
      usable: false,
      detail: `ONNX Runtime's CUDA provider does not start: ${failureIn(probed.problem ?? '')}`,
      remedy: `Try \`distillery devices --remove cuda\` and \`distillery devices --install cuda\`; else see to NVIDIA's driver.`,
    };
  return {
    usable: true,
    detail: `ONNX Runtime's CUDA provider (${probed.gigaflops.toPrecision(2)} GFLOP/s)`,
  };
}

/** What CUDA says itself, without the places in the library's sources around it. */
const failureIn = (problem: string): string => /CUDA failure \d+: [^;]+/.exec(problem)?.[0].trim() ?? problem;

export const cudaUsable = ({ tensorFlow, onnx }: CudaState) => tensorFlow.usable || onnx.usable;

/** @throws UserError if neither way works, naming both. */
export async function openCuda(state?: CudaState, threads = usableCores()): Promise<Device> {
  const known = state ?? (await examineCuda());
  const { name, tensorFlow, onnx } = known;
  if (tensorFlow.usable) return eagerDevice('cuda', name, 'tensorflow');
  if (onnx.usable)
    return OnnxDevice.open('cuda', name, {
      target: 'cuda',
      session: {
        provider: 'cuda',
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
      },
    });
  const { detail, remedy } = reportCuda(known);
  throw deviceProblem('cuda', detail, remedy);
}

export function reportCuda(state: CudaState): DeviceReport {
  const { name, tensorFlow, onnx } = state;
  if (cudaUsable(state))
    return { kind: 'cuda', available: true, name, detail: (tensorFlow.usable ? tensorFlow : onnx).detail };
  const remedies = [tensorFlow.remedy, onnx.remedy].filter((remedy) => remedy !== undefined);
  return {
    kind: 'cuda',
    available: false,
    name: 'CUDA',
    detail: `${tensorFlow.detail}; ${onnx.detail}`,
    ...(remedies.length > 0 && { remedy: `If this machine has an NVIDIA GPU: ${remedies.join(' Or ')}` }),
  };
}
