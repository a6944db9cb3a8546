import { cudaLibraries } from '../cuda/installation.ts';
import { type Argument, check, type Functions, library, made, type Pointer, preload } from './library.ts';

export type ProviderName = 'cpu' | 'cuda' | 'webgpu';

/** How a session is made. What is left out is as ONNX Runtime has it. */
export interface SessionOptions {
  /** Where it computes; the processor takes what the named provider cannot. */
  readonly provider?: ProviderName;
  /** Threads within an operator; 0 is one per core. */
  readonly intraOpNumThreads?: number;
  /** Threads over operators, where they run in parallel. */
  readonly interOpNumThreads?: number;
  readonly executionMode?: 'sequential' | 'parallel';
  readonly graphOptimizationLevel?: keyof typeof levels;
  readonly enableCpuMemArena?: boolean;
  readonly enableMemPattern?: boolean;
  /** 0 tells all, 2 warnings, 3 errors, 4 only what ends the process. */
  readonly logSeverityLevel?: number;
  /** Writes what each operator took to a file whose path begins so, once the session is released. */
  readonly profilePrefix?: string;
  /** Further entries by the keys of onnxruntime_session_options_config_keys.h. */
  readonly entries?: Readonly<Record<string, string>>;
}

const levels = { disabled: 0, basic: 1, extended: 2, all: 99 } as const;
const modes = { sequential: 0, parallel: 1 } as const;

/** Makes options of the library for the time that a session is made of them. */
export function withOptions<Result>(options: SessionOptions, use: (options: Pointer) => Result): Result {
  const { functions } = library();
  const native = made(functions, 'CreateSessionOptions');
  try {
    for (const [name, ...given] of calls(options)) check(functions, functions[name](native, ...given));
    append(functions, native, options.provider ?? 'cpu');
    return use(native);
  } finally {
    functions.ReleaseSessionOptions(native);
  }
}

function* calls(options: SessionOptions): Generator<[keyof Functions, ...Argument[]]> {
  const { intraOpNumThreads, interOpNumThreads, executionMode, graphOptimizationLevel } = options;
  const { enableCpuMemArena, enableMemPattern, logSeverityLevel, profilePrefix, entries = {} } = options;
  if (intraOpNumThreads !== undefined) yield ['SetIntraOpNumThreads', intraOpNumThreads];
  if (interOpNumThreads !== undefined) yield ['SetInterOpNumThreads', interOpNumThreads];
  if (executionMode) yield ['SetSessionExecutionMode', modes[executionMode]];
  if (graphOptimizationLevel) yield ['SetSessionGraphOptimizationLevel', levels[graphOptimizationLevel]];
  if (enableCpuMemArena !== undefined) yield [enableCpuMemArena ? 'EnableCpuMemArena' : 'DisableCpuMemArena'];
  if (enableMemPattern !== undefined) yield [enableMemPattern ? 'EnableMemPattern' : 'DisableMemPattern'];
  if (logSeverityLevel !== undefined) yield ['SetSessionLogSeverityLevel', logSeverityLevel];
  if (profilePrefix !== undefined) yield ['EnableProfiling', profilePrefix];
  for (const [key, value] of Object.entries(entries)) yield ['AddSessionConfigEntry', key, value];
}

/** Loads what the provider will ask for by name: it lies in no folder that the system looks into. */
function loadCuda(): void {
  for (const file of cudaLibraries()) preload(file);
}

/** @throws Error if the library was built without the provider, or its own libraries are missing */
function append(functions: Functions, options: Pointer, provider: ProviderName): void {
  if (provider === 'webgpu')
    check(functions, functions.SessionOptionsAppendExecutionProvider(options, 'WebGPU', null, null, 0));
  if (provider !== 'cuda') return;
  loadCuda();
  const cuda = made(functions, 'CreateCUDAProviderOptions');
  try {
    check(functions, functions.SessionOptionsAppendExecutionProvider_CUDA_V2(options, cuda));
  } finally {
    functions.ReleaseCUDAProviderOptions(cuda);
  }
}
