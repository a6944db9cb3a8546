import { join } from 'node:path';
import type { ExtensionContext } from 'vscode';
import type { DataCondition } from '../../src/answers/conditions.ts';
import type {
  Checker,
  CheckerOptions,
  NamedCheckpoint,
  SampleViewer,
} from '../../src/checks/apart/checker.ts';
import type { ServerCost } from '../../src/checks/apart/server-cost.ts';
import type { ModelParts, ModelReport } from '../../src/checks/models/model-report-schema.ts';
import type { ShownSample } from '../../src/checks/samples/sample-schema.ts';
import type { TestSet } from '../../src/checks/samples/shown-samples.ts';
import type { Problem } from '../../src/experiment/parsing/problem.ts';
import { Disposables } from '../disposables.ts';
import { ownNode } from './own-node.ts';

/**
 * The checks of experiments, in a process of their own: files of a workspace come from anywhere, and none of them may stop
 * the extension host. What starts that process is loaded when it is first needed.
 */
export class Checking extends Disposables implements Checker, SampleViewer {
  readonly #main: string;
  #checker: Promise<Checker & SampleViewer> | undefined;

  constructor(context: ExtensionContext) {
    super();
    this.#main = join(context.extensionPath, 'dist', 'checker.mjs');
  }

  async check(text: string, file: string, options?: CheckerOptions): Promise<Problem[]> {
    return (await this.#open()).check(text, file, options);
  }

  async inspect(path: string): Promise<ModelReport> {
    return (await this.#open()).inspect(path);
  }

  async cost(text: string, file: string, dataDirectory: string): Promise<ServerCost | undefined> {
    return (await this.#open()).cost(text, file, dataDirectory);
  }

  async parts(
    named: NamedCheckpoint,
    options?: Pick<CheckerOptions, 'signal'>,
  ): Promise<ModelParts | undefined> {
    return (await this.#open()).parts(named, options);
  }

  async show(of: TestSet, positions: readonly number[]): Promise<ShownSample[]> {
    return (await this.#open()).show(of, positions);
  }

  async search(of: TestSet, conditions: readonly DataCondition[]): Promise<number[]> {
    return (await this.#open()).search(of, conditions);
  }

  async #open(): Promise<Checker & SampleViewer> {
    this.#checker ??= import('../../src/checks/apart/checking-process.ts').then(({ CheckingProcess }) =>
      this.add(new CheckingProcess({ command: [this.#main], environment: ownNode })),
    );
    return this.#checker;
  }
}
