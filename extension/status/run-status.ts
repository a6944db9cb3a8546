import { l10n, MarkdownString, StatusBarAlignment, type TreeView, window } from 'vscode';
import type { RunRecord } from '../../src/runs/database/run-records.ts';
import type { RunState } from '../../src/worker/directory/run-states.ts';
import { Pacer } from '../dashboard/pacer.ts';
import { Disposables } from '../disposables.ts';
import type { ExplorerNode } from '../explorer/nodes.ts';
import { runDescription, runLabel } from '../explorer/run-item.ts';
import type { RunFolders } from '../workspace/runs/run-folders.ts';

const listed = 10;
const progressMs = 700;

/** What runs, in the status bar and as the badge of the run explorer; nothing while nothing runs. */
export class RunStatus extends Disposables {
  readonly #folders: RunFolders;
  readonly #view: TreeView<ExplorerNode>;
  readonly #item = this.add(window.createStatusBarItem('distillery.runs', StatusBarAlignment.Left, 10));
  readonly #pacer = new Pacer(progressMs, () => this.#show());

  constructor(folders: RunFolders, view: TreeView<ExplorerNode>) {
    super();
    this.#folders = folders;
    this.#view = view;
    this.#item.name = l10n.t('Distillery runs');
    this.#item.command = 'distillery.runs.focus';
    this.add(folders.onDidChange(() => this.#pacer.announce()));
    this.add(folders.onDidReplace(() => this.#pacer.announce()));
    this.add({ dispose: () => this.#pacer.end() });
  }

  /** What the item says, or an empty text while it is hidden. */
  text = '';

  async #show(): Promise<void> {
    const count = (state: RunState) =>
      this.#folders.all.reduce((sum, { tally }) => sum + (tally.states[state] ?? 0), 0);
    const running = count('running');
    const queued = count('queued');
    if (running + queued === 0) {
      this.text = '';
      this.#item.hide();
      this.#view.badge = undefined;
      return;
    }
    const records = (
      await Promise.all(
        this.#folders.all.map((folder) => folder.list({ states: ['running'], limit: listed })),
      )
    ).flat();
    if (this.disposed) return;
    this.text = statusText(running, queued, records);
    this.#item.text = `$(${running > 0 ? 'sync~spin' : 'clock'}) ${this.text}`;
    this.#item.tooltip = tooltip(records, queued);
    this.#item.accessibilityInformation = { label: l10n.t('Distillery: {0}', this.text) };
    this.#item.show();
    const badge = { value: running + queued, tooltip: countText(running, queued) };
    // Set again, it would be drawn again, under a click on the tab that it lies on.
    if (badge.tooltip !== this.#view.badge?.tooltip) this.#view.badge = badge;
  }
}

function statusText(running: number, queued: number, records: readonly RunRecord[]): string {
  const [only] = records;
  if (running !== 1 || !only) return countText(running, queued);
  return [`${only.experiment}: ${runDescription(only)}`, countText(0, queued)].filter(Boolean).join(', ');
}

const countText = (running: number, queued: number): string =>
  [running > 0 && l10n.t('{0} running', running), queued > 0 && l10n.t('{0} waiting', queued)]
    .filter(Boolean)
    .join(', ');

function tooltip(records: readonly RunRecord[], queued: number): MarkdownString {
  const text = new MarkdownString();
  for (const record of records) {
    text.appendText(`${record.experiment}, ${runLabel(record)}: ${runDescription(record)}`);
    text.appendMarkdown('\n\n');
  }
  if (queued > 0) text.appendText(l10n.t('{0} waiting', queued));
  return text;
}
