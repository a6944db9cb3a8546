import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { CancellationToken, TextDocument } from 'vscode';
import type { Checker, NamedCheckpoint } from '../../src/checks/apart/checker.ts';
import type { WantedParts } from '../../src/checks/apart/offered-parts.ts';
import type { ModelParts } from '../../src/checks/models/model-report-schema.ts';
import { graphNamesSchema } from '../../src/experiment/architectures/onnx-graph.ts';
import { valueAt } from '../../src/experiment/schema/schema-walk.ts';

/** As long as somebody who types waits without noticing; what comes later is there for the next letter. */
const patienceMs = 1500;
const mostKept = 16;

/** Names of the parts of the checkpoints that experiments name, read by a process of its own and kept while files stay the same. */
export class CheckpointParts {
  readonly #checker: Pick<Checker, 'parts'>;
  readonly #known = new Map<string, Promise<ModelParts | undefined>>();

  constructor(checker: Pick<Checker, 'parts'>) {
    this.#checker = checker;
  }

  /**
   * @param written what the document says, as far as it can be read
   * @returns undefined where no checkpoint is named, it cannot be opened, or it is not known yet
   */
  async of(
    document: Pick<TextDocument, 'uri'>,
    written: unknown,
    { who, kind }: WantedParts,
    token: Pick<CancellationToken, 'onCancellationRequested'>,
  ): Promise<ModelParts | undefined> {
    const checkpoint = valueAt(written, [who, 'checkpoint']);
    if (typeof checkpoint !== 'string' || checkpoint === '') return undefined;
    const directory = dirname(document.uri.fsPath);
    // Only layers depend on what is said of a graph, which changes with every letter elsewhere.
    const graph =
      kind === 'layers' || kind === 'exits'
        ? graphNamesSchema.safeParse(valueAt(written, [who, 'graph'])).data
        : undefined;
    const named = { checkpoint, directory, ...(graph && { graph }) };
    const key = JSON.stringify([named, await stampOf(resolve(directory, checkpoint))]);
    const asked = this.#known.get(key) ?? this.#ask(key, named);
    return Promise.race([
      asked,
      new Promise<undefined>((done) => {
        const late = setTimeout(() => done(undefined), patienceMs);
        token.onCancellationRequested(() => {
          clearTimeout(late);
          done(undefined);
        });
      }),
    ]);
  }

  #ask(key: string, named: NamedCheckpoint): Promise<ModelParts | undefined> {
    // What is wrong with a checkpoint is said by the checks.
    const asked = this.#checker.parts(named).catch(() => undefined);
    this.#known.set(key, asked);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKept) this.#known.delete(oldest!);
    return asked;
  }
}

/** When a model's files were written. */
async function stampOf(path: string): Promise<string> {
  const stamp = (file: string) =>
    stat(file).then(
      ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
      () => '',
    );
  const names = async (folder: string) =>
    (await readdir(folder).catch((): string[] => []))
      .filter((name) => /\.(onnx|safetensors|json)$/.test(name))
      .map((name) => join(folder, name));
  const files = [path, ...(await names(path)), ...(await names(join(path, 'onnx')))];
  return (await Promise.all(files.slice(0, 64).map(stamp))).join();
}
