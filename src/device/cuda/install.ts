import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { onceAcrossProcesses } from '../../base/locks/wait-for-lock.ts';
import { UserError } from '../../base/user-error.ts';
import { libraryFolder } from '../runtime/library-file.ts';
import { cudaFolder, isInstalled, librariesBelow, markerName, runtimeFolder } from './installation.ts';
import { platformWheels, requirementsOf, type Wheel } from './wheels.ts';

export interface InstallOptions {
  /** Called with each line of what pip says. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly folder?: string;
  /** The command of a Python that has pip; left out: DISTILLERY_PYTHON, then those that systems have. */
  readonly python?: readonly string[];
  /** Left out: those that were chosen for this machine. */
  readonly wheels?: readonly Wheel[];
}

/** Megabytes to be loaded, packed; undefined where CUDA cannot be had for this machine. */
export const downloadMegabytes = (): number | undefined =>
  platformWheels()?.wheels.reduce((sum, { megabytes }) => sum + megabytes, 0);

/**
 * Brings ONNX Runtime's CUDA provider and the libraries it needs into one folder, through the user's own pip, whose index,
 * proxy and cache it uses: what an interrupted installation has loaded is not loaded again. Each wheel is checked by its
 * hash. The folder appears whole or not at all, and nothing outside it is touched.
 * @returns the folder
 * @throws UserError if there is no pip, pip fails, or CUDA is not published for this machine
 * @throws the reason of the signal
 */
export async function installCuda(options: InstallOptions = {}): Promise<string> {
  const { folder = cudaFolder(), signal } = options;
  const platform = platformWheels();
  if (!platform)
    throw new UserError(`CUDA is not published for ${process.platform}-${process.arch}.`, {
      remedy: 'Use "device": "auto", which takes the best that is there.',
    });
  await mkdir(dirname(folder), { recursive: true });
  return onceAcrossProcesses(
    `${folder}.lock`,
    async () => {
      signal?.throwIfAborted();
      return isInstalled(folder) ? folder : undefined;
    },
    () => installInto(folder, platform.tags, options.wheels ?? platform.wheels, options),
  );
}

async function installInto(
  folder: string,
  tags: readonly string[],
  wheels: readonly Wheel[],
  options: InstallOptions,
): Promise<string> {
  const fresh = `${folder}.part`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  try {
    await runPip(fresh, tags, wheels, options);
    await keepLibraries(fresh);
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** Leaves shared libraries alone, with ONNX Runtime's own beside its providers, and writes down what is there. */
async function keepLibraries(folder: string): Promise<void> {
  const runtime = runtimeFolder(folder);
  const wanted = new Set(librariesBelow(folder).filter((file) => !/tensorrt|openvino|pybind/i.test(file)));
  await removeAllBut(folder, wanted);
  for (const name of await readdir(libraryFolder()))
    if (!name.endsWith('.node')) await cp(join(libraryFolder(), name), join(runtime, name));
  const sizes: Record<string, number> = {};
  for (const file of librariesBelow(folder)) sizes[relative(folder, file)] = (await stat(file)).size;
  await writeFile(join(folder, markerName), `${JSON.stringify(sizes, undefined, 2)}\n`);
}

async function removeAllBut(folder: string, wanted: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && [...wanted].some((file) => file.startsWith(path)))
      await removeAllBut(path, wanted);
    else if (!wanted.has(path)) await rm(path, { recursive: true, force: true });
  }
}

async function runPip(
  target: string,
  tags: readonly string[],
  wheels: readonly Wheel[],
  { python, onLine, signal }: InstallOptions,
): Promise<void> {
  const requirements = join(target, 'requirements.txt');
  await writeFile(requirements, requirementsOf(wheels));
  const given = [
    ...['-m', 'pip', 'install', '--target', target, '--requirement', requirements, '--require-hashes'],
    ...[
      '--no-deps',
      '--only-binary',
      ':all:',
      '--no-compile',
      '--disable-pip-version-check',
      '--progress-bar',
      'off',
    ],
    // The wheels of one Python, whichever is the user's: only their libraries are of use.
    ...['--python-version', '3.12', '--implementation', 'cp', '--abi', 'cp312', '--abi', 'none'],
    ...tags.flatMap((tag) => ['--platform', tag]),
  ];
  for (const [command, ...first] of python ? [python] : pythons()) {
    const ended = await run(command!, [...first, ...given], onLine, signal);
    if (ended === 'missing') continue;
    if (ended.code === 0) return;
    throw new UserError(`pip could not install CUDA's libraries: ${reasonIn(ended.lines)}`, {
      remedy: /No module named pip/.test(ended.lines.join())
        ? 'Install pip (Debian and Ubuntu: `sudo apt-get install python3-pip`).'
        : 'See to what pip says, then start it again: what has been loaded is kept by pip.',
    });
  }
  throw new UserError('There is no Python, whose pip would load the libraries of CUDA.', {
    remedy: 'Install Python 3 with pip, or name the interpreter in DISTILLERY_PYTHON.',
  });
}

function pythons(): readonly (readonly string[])[] {
  const { DISTILLERY_PYTHON: named } = process.env;
  if (named) return [[named]];
  return process.platform === 'win32' ? [['py', '-3'], ['python']] : [['python3'], ['python']];
}

const reasonIn = (lines: readonly string[]): string =>
  lines.findLast((line) => /^ERROR: |No module named/.test(line))?.replace('ERROR: ', '') ??
  lines.at(-1) ??
  'it said nothing';

interface Ended {
  readonly code: number | null;
  /** The last that it said. */
  readonly lines: readonly string[];
}

async function run(
  command: string,
  given: readonly string[],
  onLine: (line: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Ended | 'missing'> {
  signal?.throwIfAborted();
  const child = spawn(command, given, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop);
  const lines: string[] = [];
  const heard = (line: string) => {
    lines.push(line);
    if (lines.length > 50) lines.shift();
    onLine(line);
  };
  try {
    const ended = new Promise<Ended | 'missing'>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? resolve('missing') : reject(error),
      );
      child.once('close', (code) => resolve({ code, lines }));
    });
    await Promise.all([
      readLines(child.stdout, heard),
      readLines(child.stderr, heard),
      ended.catch(() => undefined),
    ]);
    signal?.throwIfAborted();
    return await ended;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

async function readLines(stream: ChildProcess['stdout'], heard: (line: string) => void): Promise<void> {
  let rest = '';
  for await (const chunk of stream!.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== '') heard(line.trim());
  }
  if (rest.trim() !== '') heard(rest.trim());
}
