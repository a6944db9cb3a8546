import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../base/user-error.ts';
import { resolvePath } from '../experiment/parsing/resolve-path.ts';
import { isHubReference } from '../models/hub/reference.ts';
import { graphAt, isGraphFile } from '../models/onnx/files.ts';
import type { WeightStorage } from '../models/stored/weight-storage.ts';

const runId = /^\d{8}-\d{6}-[a-z0-9-]+$/;

export interface SourceOptions {
  /** Where relative paths of the experiment start. */
  readonly experimentDirectory: string;
  /** The folder with the runs; left out: the nearest `.distillery` upwards from the experiment. */
  readonly dataDirectory?: string;
}

/**
 * What `of` names, if it is not the teacher: a folder as {@link loadModel} opens it, or a model of the Hub as it is
 * written.
 * @throws UserError if there is no such run or folder, or nothing in it that can be made smaller
 */
export async function compressionSource(of: string, options: SourceOptions): Promise<string> {
  if (isHubReference(of)) return of;
  const path = resolvePath(options.experimentDirectory, of);
  if (runId.test(of) && !existsSync(path)) return studentOfRun(of, options);
  const names = await namesIn(path);
  if (names === undefined && isGraphFile(path) && existsSync(path)) return path;
  if (names === undefined)
    throw new UserError(`There is no folder ${path} whose model could be made smaller.`, {
      remedy: 'Write "teacher", the id of a finished run (`distillery runs` lists them), or a folder.',
    });
  if (names.includes('student') && !names.includes('config.json')) return finished(join(path, 'student'));
  if (names.includes('events.jsonl') && !names.includes('config.json')) throw unfinished(of);
  return finished(path);
}

/**
 * Rounding what was rounded loses more than rounding once.
 * @param storage how the weights of the model are stored
 * @throws UserError if it is quantized already
 */
export function requireUnquantized(storage: WeightStorage | undefined): void {
  if (storage?.kind === 'quantized')
    throw new UserError(
      `The model to be quantized is quantized already, by the scheme "${storage.scheme}".`,
      {
        remedy: 'Name the model it was made from.',
      },
    );
}

async function studentOfRun(id: string, options: SourceOptions): Promise<string> {
  const dataDirectory = options.dataDirectory ?? nearestDataDirectory(options.experimentDirectory);
  const directory = dataDirectory && join(dataDirectory, 'runs', id);
  const names = directory === undefined ? undefined : await namesIn(directory);
  if (names === undefined)
    throw new UserError(`There is no run ${id}${dataDirectory ? ` in ${dataDirectory}` : ''}.`, {
      remedy: '`distillery runs` lists the runs there are.',
    });
  if (!names.includes('student')) throw unfinished(id);
  return finished(join(directory!, 'student'));
}

async function finished(folder: string): Promise<string> {
  const names = (await namesIn(folder)) ?? [];
  if (!names.includes('config.json') && !(await graphAt(folder)))
    throw new UserError(`${folder} has no config.json, which says what the weights belong to.`, {
      remedy: 'Name a folder that Distillery saved, such as the student folder of a finished run.',
    });
  return folder;
}

const unfinished = (of: string) =>
  new UserError(`The run ${of} has no student yet.`, {
    remedy: 'Let it finish, or name a run that is completed.',
  });

async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch {
    return undefined;
  }
}

function nearestDataDirectory(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, '.distillery');
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}
