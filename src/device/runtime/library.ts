import { existsSync } from 'node:fs';
import koffi, { type LibraryHandle } from '../foreign-calls.ts';
import { loadedFile } from './library-file.ts';

/** An address in the library's memory; 0 is none. */
export type Pointer = bigint;

/** The version of the C API that is asked for: the oldest that has all functions below, which every later library offers. */
const apiVersion = 20;

/** How the library takes paths. */
const path = process.platform === 'win32' ? 'const char16_t *' : 'const char *';

/**
 * Functions of ONNX Runtime's C API: the place in its table (`OrtApi` of onnxruntime_c_api.h, which is only ever appended
 * to), and the parameters. An `out` parameter is a typed array that the answer is written into.
 */
const signatures = {
  GetErrorMessage: [2, 'const char *', 'void *'],
  CreateEnv: [3, 'void *', 'int, const char *, void *'],
  DisableTelemetryEvents: [6, 'void *', 'void *'],
  CreateSession: [7, 'void *', `void *, ${path}, void *, void *`],
  CreateSessionFromArray: [8, 'void *', 'void *, void *, size_t, void *, void *'],
  Run: [9, 'void *', 'void *, void *, void *, void *, size_t, void *, size_t, void *'],
  CreateSessionOptions: [10, 'void *', 'void *'],
  SetSessionExecutionMode: [13, 'void *', 'void *, int'],
  EnableProfiling: [14, 'void *', `void *, ${path}`],
  EnableMemPattern: [16, 'void *', 'void *'],
  DisableMemPattern: [17, 'void *', 'void *'],
  EnableCpuMemArena: [18, 'void *', 'void *'],
  DisableCpuMemArena: [19, 'void *', 'void *'],
  SetSessionLogSeverityLevel: [22, 'void *', 'void *, int'],
  SetSessionGraphOptimizationLevel: [23, 'void *', 'void *, int'],
  SetIntraOpNumThreads: [24, 'void *', 'void *, int'],
  SetInterOpNumThreads: [25, 'void *', 'void *, int'],
  SessionGetInputCount: [30, 'void *', 'void *, void *'],
  SessionGetOutputCount: [31, 'void *', 'void *, void *'],
  SessionGetInputTypeInfo: [33, 'void *', 'void *, size_t, void *'],
  SessionGetInputName: [36, 'void *', 'void *, size_t, void *, void *'],
  SessionGetOutputName: [37, 'void *', 'void *, size_t, void *, void *'],
  CreateTensorWithDataAsOrtValue: [49, 'void *', 'void *, void *, size_t, void *, size_t, int, void *'],
  IsTensor: [50, 'void *', 'void *, void *'],
  GetTensorMutableData: [51, 'void *', 'void *, void *'],
  CastTypeInfoToTensorInfo: [55, 'void *', 'void *, void *'],
  GetTensorElementType: [60, 'void *', 'void *, void *'],
  GetDimensionsCount: [61, 'void *', 'void *, void *'],
  GetDimensions: [62, 'void *', 'void *, void *, size_t'],
  GetTensorTypeAndShape: [65, 'void *', 'void *, void *'],
  CreateMemoryInfo: [68, 'void *', 'const char *, int, int, int, void *'],
  CreateCpuMemoryInfo: [69, 'void *', 'int, int, void *'],
  AllocatorFree: [76, 'void *', 'void *, void *'],
  GetAllocatorWithDefaultOptions: [78, 'void *', 'void *'],
  ReleaseStatus: [93, 'void', 'void *'],
  ReleaseMemoryInfo: [94, 'void', 'void *'],
  ReleaseSession: [95, 'void', 'void *'],
  ReleaseValue: [96, 'void', 'void *'],
  ReleaseTypeInfo: [98, 'void', 'void *'],
  ReleaseTensorTypeAndShapeInfo: [99, 'void', 'void *'],
  ReleaseSessionOptions: [100, 'void', 'void *'],
  AddSessionConfigEntry: [130, 'void *', 'void *, const char *, const char *'],
  RunWithBinding: [133, 'void *', 'void *, void *, void *'],
  CreateIoBinding: [134, 'void *', 'void *, void *'],
  ReleaseIoBinding: [135, 'void', 'void *'],
  BindInput: [136, 'void *', 'void *, const char *, void *'],
  BindOutput: [137, 'void *', 'void *, const char *, void *'],
  BindOutputToDevice: [138, 'void *', 'void *, const char *, void *'],
  GetBoundOutputValues: [140, 'void *', 'void *, void *, void *, void *'],
  ClearBoundInputs: [141, 'void', 'void *'],
  ClearBoundOutputs: [142, 'void', 'void *'],
  SynchronizeBoundOutputs: [203, 'void *', 'void *'],
  SessionOptionsAppendExecutionProvider_CUDA_V2: [204, 'void *', 'void *, void *'],
  CreateCUDAProviderOptions: [205, 'void *', 'void *'],
  ReleaseCUDAProviderOptions: [208, 'void', 'void *'],
  SessionOptionsAppendExecutionProvider: [216, 'void *', 'void *, const char *, void *, void *, size_t'],
} as const satisfies Record<string, readonly [number, string, string]>;

type Name = keyof typeof signatures;

export type Argument = Pointer | number | string | ArrayBufferView | null;

/** Functions give the address of a status, or 0 where all went well; those that release give nothing. */
export type Functions = Record<Name, (...given: Argument[]) => unknown>;

/** ONNX Runtime's functions, and the environment that all sessions of a process share. */
export interface Library {
  /** As '1.30.0'. */
  readonly version: string;
  readonly functions: Functions;
  readonly environment: Pointer;
  /** Memory of the processor. */
  readonly memory: Pointer;
  readonly allocator: Pointer;
}

let loaded: Library | undefined;

/** Held, since koffi unloads a library whose handle nobody has any more, its functions or not. */
let handle: LibraryHandle | undefined;

/**
 * Loads the library at the first call.
 * @throws Error if there is none for this platform, or if it lacks what it needs
 */
export function library(): Library {
  loaded ??= load();
  return loaded;
}

const preloaded = new Map<string, LibraryHandle>();

/** Loads a library for the time of the process, for others that ask for it by its name. @throws Error if it cannot be */
export function preload(file: string): void {
  if (!preloaded.has(file)) preloaded.set(file, koffi.load(file, { global: true }));
}

function load(): Library {
  const file = loadedFile();
  if (!file || !existsSync(file))
    throw new Error(`ONNX Runtime has no library for ${process.platform}-${process.arch} here (${file}).`);
  handle = koffi.load(file);
  const base = handle.func('void *OrtGetApiBase()')() as Pointer;
  const getApi = koffi.decode(koffi.decode(base, 0, 'void *'), koffi.proto('void *OrtGetApi(uint32_t)')) as (
    version: number,
  ) => Pointer | null;
  const api = getApi(apiVersion);
  if (!api) throw new Error(`${file} is older than version ${apiVersion} of ONNX Runtime's interface.`);
  const functions = Object.fromEntries(
    Object.entries(signatures).map(([name, [place, returned, parameters]]) => [
      name,
      koffi.decode(
        koffi.decode(api, 8 * place, 'void *'),
        koffi.proto(`${returned} Ort${name}(${parameters})`),
      ),
    ]),
  ) as Functions;
  const warnings = 2;
  const environment = made(functions, 'CreateEnv', warnings, 'distillery');
  // Builds for Windows would tell Microsoft of each session.
  check(functions, functions.DisableTelemetryEvents(environment));
  const [arena, ordinary] = [1, 0];
  const version = koffi.decode(
    koffi.decode(base, 8, 'void *'),
    koffi.proto('const char *OrtGetVersion()'),
  ) as () => string;
  return {
    version: version(),
    functions,
    environment,
    memory: made(functions, 'CreateCpuMemoryInfo', arena, ordinary),
    allocator: made(functions, 'GetAllocatorWithDefaultOptions'),
  };
}

/** @throws Error with what the library says, if a call failed */
export function check(functions: Functions, status: unknown): void {
  if (!status) return;
  const message = functions.GetErrorMessage(status as Pointer) as string;
  functions.ReleaseStatus(status as Pointer);
  throw new Error(message);
}

/** A copy of memory of the library. */
export const bytesAt = (address: Pointer, length: number): ArrayBuffer =>
  (koffi.decode(address, 'uint8_t', length) as Uint8Array<ArrayBuffer>).buffer;

/** Text of the library that ends with a zero byte. */
export const textAt = (address: Pointer): string => koffi.decode.string(address);

/** Where the memory of an array lies; it stays there as long as the array is held. */
export const addressOf = (array: ArrayBufferView): Pointer => koffi.address(array);

const answer = new BigUint64Array(1);

/** Calls a function whose last parameter gets the address of what it made. */
export function made(functions: Functions, name: Name, ...given: Argument[]): Pointer {
  answer[0] = 0n;
  check(functions, functions[name](...given, answer));
  return answer[0]!;
}
