import {
  type Diagnostic,
  DiagnosticSeverity,
  languages,
  type TextDocument,
  type Uri,
  workspace,
} from 'vscode';
import type { Checker } from '../../src/checks/apart/checker.ts';
import type { Problem } from '../../src/experiment/parsing/problem.ts';
import { Disposables } from '../disposables.ts';
import { readSetting } from '../settings.ts';
import type { Log } from '../status/log.ts';
import type { DeviceReports } from '../workspace/device-reports.ts';
import { isExperimentUri, rangeOf } from './experiment-document.ts';

const quietMs = 250;

/** Checks every open experiment as it is typed: the same checks, in the same words, as on the command line. */
export class ExperimentDiagnostics extends Disposables {
  readonly #collection = this.add(languages.createDiagnosticCollection('distillery'));
  readonly #problems = new Map<string, { version: number; problems: readonly Problem[] }>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** What ends the check of a document that is under way. */
  readonly #checks = new Map<string, AbortController>();
  readonly #log: Log;
  readonly #checker: Checker;
  readonly #devices: DeviceReports;
  readonly #dataDirectoryOf: (uri: Uri) => string | undefined;

  /**
   * @param dataDirectoryOf where the runs of the folder are kept that a file lies in.
   * @param devices which devices are here.
   */
  constructor(
    log: Log,
    checker: Checker,
    dataDirectoryOf: (uri: Uri) => string | undefined,
    devices: DeviceReports,
  ) {
    super();
    this.#devices = devices;
    this.add(devices.onDidChange(() => this.checkAgain()));
    this.add(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('distillery.device')) this.checkAgain();
      }),
    );
    this.#dataDirectoryOf = dataDirectoryOf;
    this.#log = log;
    this.#checker = checker;
    this.add(workspace.onDidOpenTextDocument((document) => this.#schedule(document, 0)));
    this.add(workspace.onDidChangeTextDocument(({ document }) => this.#schedule(document, quietMs)));
    this.add(workspace.onDidSaveTextDocument((document) => this.#schedule(document, 0)));
    this.add(workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)));
    for (const document of workspace.textDocuments) this.#schedule(document, 0);
  }

  /** Problems of this very state of the document, as far as they are known. */
  problemsOf(document: TextDocument): readonly Problem[] {
    const known = this.#problems.get(document.uri.toString());
    return known?.version === document.version ? known.problems : [];
  }

  /** Whether this very state of the document was checked. */
  isChecked(document: TextDocument): boolean {
    return this.#problems.get(document.uri.toString())?.version === document.version;
  }

  /** Checks what is open once more, where something beside the texts has changed. */
  checkAgain(): void {
    for (const document of workspace.textDocuments) this.#schedule(document, 0);
  }

  #schedule(document: TextDocument, delay: number): void {
    if (!isExperimentUri(document.uri) || this.disposed) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => void this.#check(document), delay),
    );
  }

  async #check(document: TextDocument): Promise<void> {
    const { version } = document;
    const key = document.uri.toString();
    const check = new AbortController();
    this.#checks.get(key)?.abort();
    this.#checks.set(key, check);
    try {
      const problems = await this.#checker.check(document.getText(), document.uri.fsPath, {
        dataDirectory: this.#dataDirectoryOf(document.uri),
        // Where the setting names another device, that of the experiment is not used.
        ...(readSetting('distillery.device', document.uri) === 'experiment' && {
          devices: () => this.#lookUpDevices(),
        }),
        signal: check.signal,
      });
      if (document.isClosed || document.version !== version || this.disposed) return;
      this.#problems.set(key, { version, problems });
      this.#collection.set(
        document.uri,
        problems.map((problem) => toDiagnostic(document, problem)),
      );
    } catch (error) {
      if (check.signal.aborted || this.disposed) return;
      this.#log.error(`checking ${document.uri.fsPath}`, error);
    } finally {
      if (this.#checks.get(key) === check) this.#checks.delete(key);
    }
  }

  /** Devices that cannot be looked up are no fault of the experiment's. */
  async #lookUpDevices(): ReturnType<DeviceReports['list']> {
    try {
      return await this.#devices.list();
    } catch (error) {
      this.#log.error('looking for devices', error);
      return [];
    }
  }

  #forget(uri: Uri): void {
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#checks.get(key)?.abort();
    this.#timers.delete(key);
    this.#problems.delete(key);
    this.#collection.delete(uri);
  }

  override dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    super.dispose();
  }
}

export function toDiagnostic(document: TextDocument, problem: Problem): Diagnostic {
  return {
    range: rangeOf(document, problem),
    message: problem.remedy ? `${problem.message}\n${problem.remedy}` : problem.message,
    severity: problem.severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    source: 'Distillery',
    code: problem.code,
  };
}
