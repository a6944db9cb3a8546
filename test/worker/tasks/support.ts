import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableText } from '../../../examples/data/make.mjs';
import type { ExperimentInput } from '../../../src/experiment/schema/schema.ts';
import type { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import { makeRun, ofType, resultOf } from '../support.ts';

/** A table of the examples with so many rows, in a project of its own. @returns its name */
export function table(project: string, name: string, rows: number): string {
  writeFileSync(join(project, name), tableText(name, rows));
  return name;
}

const tiny = { architecture: 'bert' as const, hiddenSize: 16, layers: 1, heads: 2, dropout: 0 };

/** A run of a tiny teacher and a tiny student, which exports itself in all that opens elsewhere. */
export async function exportingRun(
  project: string,
  name: string,
  changes: Partial<ExperimentInput>,
): Promise<{ run: RunDirectory } & Awaited<ReturnType<typeof resultOf>>> {
  const run = await makeRun(project, name, {
    teacher: { model: tiny, training: { epochs: 2, batchSize: 16, learningRate: 0.01 } },
    student: { model: { ...tiny, hiddenSize: 8 } },
    strategy: { kind: 'response' },
    training: { epochs: 2, batchSize: 16, learningRate: 0.01 },
    ...changes,
  });
  const request = JSON.parse(readFileSync(run.requestFile, 'utf8'));
  const wish = { formats: ['transformers-js', 'safetensors'], precisions: ['fp32'] };
  writeFileSync(run.requestFile, JSON.stringify({ ...request, export: wish }));
  return { run, ...(await resultOf(run)) };
}

/** What a run says that it wrote; the file of ONNX was held against the student. */
export function exportedGraph(events: Awaited<ReturnType<typeof resultOf>>['events']) {
  const [{ export: report } = { export: undefined }] = ofType(events, 'exported');
  return { problem: report?.problem, graph: report?.files.find(({ file }) => file.endsWith('.onnx')) };
}

/** A file of JSON in the folder that a run exported itself to. */
export const exportedJson = (run: RunDirectory, name: string) =>
  JSON.parse(readFileSync(join(run.exportDirectory, name), 'utf8'));
