import {
  CodeLens,
  type CodeLensProvider,
  type CodeLens as CodeLensType,
  EventEmitter,
  l10n,
  Range,
  type TextDocument,
  workspace,
} from 'vscode';
import type { RunRecord } from '../../src/runs/database/run-records.ts';
import { Disposables } from '../disposables.ts';
import { runDescription, runLabel, stateName } from '../explorer/run-item.ts';
import { readSetting } from '../settings.ts';
import type { RunFolders } from '../workspace/runs/run-folders.ts';

/** One line above an experiment: how its last run ended, or how far the present one is. */
export class ExperimentLens extends Disposables implements CodeLensProvider {
  readonly #folders: RunFolders;
  readonly #changed = this.add(new EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(folders: RunFolders) {
    super();
    this.#folders = folders;
    this.add(folders.onDidChange(() => this.#changed.fire()));
    this.add(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('distillery.experimentLens')) this.#changed.fire();
      }),
    );
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLensType[]> {
    if (!readSetting('distillery.experimentLens')) return [];
    const folder = this.#folders.of(document.uri);
    if (!folder) return [];
    const [record] = await folder.list({ file: document.uri.fsPath, limit: 1 });
    const start = document.positionAt(Math.max(0, document.getText().indexOf('{')));
    const range = new Range(start, start);
    if (!record)
      return workspace.isTrusted
        ? [
            new CodeLens(range, {
              title: `$(play)\u00a0${l10n.t('Not run yet: run it')}`,
              command: 'distillery.run',
              arguments: [document.uri],
            }),
          ]
        : [];
    return [
      new CodeLens(range, {
        title: lensTitle(record),
        tooltip: l10n.t('Open the dashboard with this run'),
        command: 'distillery.openDashboard',
        arguments: [record.id],
      }),
    ];
  }
}

function lensTitle(record: RunRecord): string {
  const icon = {
    running: 'sync~spin',
    queued: 'clock',
    completed: 'pass',
    failed: 'error',
    cancelled: 'circle-slash',
    interrupted: 'debug-disconnect',
    dropped: 'circle-large-outline',
  }[record.state];
  const description = runDescription(record) || stateName(record.state);
  const when = new Date(record.endedAt ?? record.startedAt ?? record.createdAt).toLocaleString();
  // The space that VS Code leaves after an icon is none.
  return `$(${icon})\u00a0${runLabel(record)}: ${description} · ${when}`;
}
