import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { cpu } from '../../compression/models.ts';
import {
  openTransformersJs,
  type TransformersJs,
  withoutTransformersJs,
} from '../../machine/transformers-js.ts';
import { temporaryDirectory } from '../../training/support.ts';
import { ask } from './ask.ts';
import { judge } from './judge.ts';
import { kinds } from './kinds.ts';
import { exportStudent } from './students.ts';

const home = temporaryDirectory();
const device = await cpu();

describe('transformers.js in Node', { skip: withoutTransformersJs, concurrency: false }, () => {
  let transformers: TransformersJs;
  before(async () => {
    transformers = await openTransformersJs();
    Object.assign(transformers.env, { allowRemoteModels: false, logLevel: 40 });
    transformers.env.localModelPath = join(home, 'exported');
  });

  for (const [name, kind] of kinds)
    test(`answers as the exported student: ${name}`, async (context) => {
      const precisions = kind.inEveryPrecision ? undefined : (['fp32'] as const);
      const student = await exportStudent(device, [name, kind], home, precisions);
      for (const line of judge(student, await ask(transformers, student.question))) context.diagnostic(line);
    });
});
