import { languages, type TextDocument, type Uri, workspace } from 'vscode';
import { parseText } from '../../src/experiment/parsing/parse.ts';
import type { Finding } from '../../src/experiment/parsing/problem.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../status/log.ts';
import type { RunFolders } from '../workspace/runs/run-folders.ts';
import type { TeacherCautions } from '../workspace/runs/teacher-cautions.ts';
import { toDiagnostic } from './diagnostics.ts';
import { isExperimentUri } from './experiment-document.ts';

const quietMs = 500;

/** Says at the teacher of an open experiment what earlier runs measured against it. */
export class TeacherDiagnostics extends Disposables {
  readonly #collection = this.add(languages.createDiagnosticCollection('distillery-teacher'));
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #folders: RunFolders;
  readonly #cautions: TeacherCautions;
  readonly #log: Pick<Log, 'error'>;

  constructor(folders: RunFolders, cautions: TeacherCautions, log: Pick<Log, 'error'>) {
    super();
    this.#folders = folders;
    this.#cautions = cautions;
    this.#log = log;
    this.add(workspace.onDidOpenTextDocument((document) => this.#schedule(document, 0)));
    this.add(workspace.onDidChangeTextDocument(({ document }) => this.#schedule(document, quietMs)));
    this.add(workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)));
    this.add(cautions.onDidChange(() => this.#lookAtAll()));
    this.#lookAtAll();
  }

  #lookAtAll(): void {
    for (const document of workspace.textDocuments) this.#schedule(document, 0);
  }

  #schedule(document: TextDocument, delay: number): void {
    if (!isExperimentUri(document.uri) || this.disposed) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(
        () =>
          this.#look(document).catch((error: unknown) =>
            this.#log.error(`looking at the teacher of ${document.uri.fsPath}`, error),
          ),
        delay,
      ),
    );
  }

  async #look(document: TextDocument): Promise<void> {
    const { version, uri } = document;
    const { result, parsed } = parseText(document.getText());
    const folder = this.#folders.of(uri);
    // In the midst of a word nothing can be said anew.
    if (!result.experiment || !parsed || !folder) return;
    const text = await this.#cautions.of(folder, result.experiment, uri.fsPath);
    if (document.isClosed || document.version !== version || this.disposed) return;
    const found = text === undefined ? [] : [toDiagnostic(document, parsed.problem(finding(text)))];
    this.#collection.set(uri, found);
  }

  #forget(uri: Uri): void {
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#collection.delete(uri);
  }

  override dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    super.dispose();
  }
}

const finding = (message: string): Finding => ({
  message,
  path: ['teacher'],
  at: 'key',
  severity: 'warning',
  code: 'weak-teacher',
});
