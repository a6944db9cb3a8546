import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TaskShape } from '../data/dataset.ts';
import { fileProblem } from '../data/file-problem.ts';
import type { Finding } from '../experiment/problem.ts';
import { resolvePath } from '../experiment/resolve-path.ts';
import type { ModelConfig } from '../experiment/schema.ts';
import { planModel } from '../models/create-model.ts';
import { storedShape } from '../models/kernel-layout.ts';
import { readModelConfig } from '../models/read-model-config.ts';
import { SafetensorsFile } from '../models/safetensors.ts';
import { type Check, findingOf } from './context.ts';
import { didYouMean } from './neighbours.ts';

const path = ['teacher', 'checkpoint'];
const weightsFile = 'model.safetensors';
const pickled = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;

/** What the configuration of a teacher's checkpoint says. */
export interface StoredTeacher {
  readonly config: ModelConfig;
  readonly task: TaskShape;
}

/** Looks at a checkpoint folder: complete, safe to open, weights as the configuration says. Weights are not read. */
export async function readStoredTeacher(
  checkpoint: string,
  directory: string,
): Promise<{ stored?: StoredTeacher; findings: Finding[] }> {
  const folder = resolvePath(directory, checkpoint);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    return { findings: [await unreadable(error, checkpoint, directory)] };
  }
  const incomplete = missingPart(names, checkpoint);
  if (incomplete !== undefined) return { findings: [incomplete] };
  try {
    const stored = await readModelConfig(folder);
    const finding = await weightsFinding(stored, folder);
    return finding === undefined ? { stored, findings: [] } : { findings: [finding] };
  } catch (error) {
    return { findings: [findingOf(error, path, 'checkpoint')] };
  }
}

/** Whether a stored teacher answers the question the dataset asks. */
export const checkStoredTeacher: Check = ({ storedTeacher, dataset }) => {
  if (storedTeacher === undefined || dataset === undefined) return [];
  const { task } = storedTeacher;
  const base = { path, severity: 'error' } as const;
  if (task.classes !== dataset.classes)
    return [
      {
        ...base,
        message: `The teacher tells ${task.classes} classes apart, but the dataset has ${dataset.classes}.`,
        remedy: 'Name a teacher that was trained on the same classes.',
        code: 'teacher-classes',
      },
    ];
  if (task.image?.join() === dataset.image.join()) return [];
  return [
    {
      ...base,
      message: `The teacher sees ${describe(task.image)}, but the dataset has ${describe(dataset.image)}.`,
      remedy: 'Name a teacher that was trained on images of the same size.',
      code: 'teacher-images',
    },
  ];
};

async function unreadable(error: unknown, checkpoint: string, directory: string): Promise<Finding> {
  const folder = resolvePath(directory, checkpoint);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTDIR' && pickled.test(folder)) return pickleFinding(basename(folder));
  if (code === 'ENOTDIR')
    return {
      message: `${folder} is a file, or lies below one; a checkpoint is a folder with config.json and ${weightsFile}.`,
      remedy: 'Name the folder.',
      path,
      severity: 'error',
      code: 'checkpoint',
    };
  const finding = findingOf(fileProblem(error, folder), path, 'checkpoint-missing');
  return code === 'ENOENT'
    ? {
        ...finding,
        remedy: `Correct the path, or put a folder with config.json and ${weightsFile} there.`,
        ...(await didYouMean(directory, checkpoint, path)),
      }
    : finding;
}

function missingPart(names: readonly string[], checkpoint: string): Finding | undefined {
  const base = { path, severity: 'error', code: 'checkpoint' } as const;
  if (!names.includes(weightsFile)) {
    const pickle = names.find((name) => pickled.test(name));
    if (pickle !== undefined) return pickleFinding(pickle);
    if (names.includes(`${weightsFile}.index.json`))
      return {
        ...base,
        message: `The weights in ${checkpoint} are spread over several files.`,
        remedy: `Save them as one ${weightsFile}, for example by save_pretrained(FOLDER, max_shard_size="100GB").`,
      };
    return {
      ...base,
      message: `${checkpoint} has no ${weightsFile}.`,
      remedy: 'Name a folder that Distillery saved, such as the student folder of a run.',
    };
  }
  if (names.includes('config.json')) return undefined;
  return {
    ...base,
    message: `${checkpoint} has no config.json, which says what the weights belong to.`,
    remedy: 'Put the config.json there that was saved with the weights.',
  };
}

function pickleFinding(file: string): Finding {
  return {
    message: `${file} is a Python pickle, which can run any program when it is opened; only safetensors files are read.`,
    remedy: `Convert it where you trust it: python -c "import torch; from safetensors.torch import save_file; save_file(torch.load('${file.replaceAll(/[^\w.-]/g, '?')}', weights_only=True), '${weightsFile}')"`,
    path,
    severity: 'error',
    code: 'pickle',
  };
}

/** Weights are compared with what the configuration asks for by name and shape, from the header of the file. */
async function weightsFinding({ config, task }: StoredTeacher, folder: string): Promise<Finding | undefined> {
  const file = await SafetensorsFile.open(join(folder, weightsFile));
  await file.close();
  const plan = planModel(config, task);
  const wanted = new Map([...plan.parameters, ...plan.buffers]);
  const wrong = (what: string): Finding => ({
    message: `${file.file} does not fit its config.json: ${what}.`,
    remedy: `Put the config.json and the ${weightsFile} there that were saved together.`,
    path,
    severity: 'error',
    code: 'checkpoint',
  });
  for (const [name, shape] of wanted) {
    const entry = file.entries.get(name);
    if (entry === undefined) return wrong(`the weight "${name}" is missing`);
    const expected = storedShape(shape).join(', ');
    if (entry.shape.join(', ') !== expected)
      return wrong(`"${name}" has the shape [${entry.shape.join(', ')}] instead of [${expected}]`);
  }
  const extra = [...file.entries.keys()].find((name) => !wanted.has(name));
  return extra === undefined ? undefined : wrong(`the weight "${extra}" belongs to no part of the model`);
}

function describe(image: readonly number[] | undefined): string {
  return image === undefined ? 'no images' : `images of ${image[0]} × ${image[1]} pixels`;
}
