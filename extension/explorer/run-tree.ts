import { EventEmitter, l10n, type TreeDataProvider, type TreeItem, Uri } from 'vscode';
import type { RunQuery } from '../../src/runs/run-records.ts';
import type { RunState } from '../../src/worker/events.ts';
import { Disposables } from '../disposables.ts';
import type { ExperimentFiles } from '../workspace/experiment-files.ts';
import type { RunFolder } from '../workspace/run-folder.ts';
import type { RunFolders } from '../workspace/run-folders.ts';
import { experimentItem, groupItem, moreItem } from './group-item.ts';
import {
  type ExperimentNode,
  type ExplorerNode,
  type GroupNode,
  nodeId,
  type RunNode,
  type RunSelection,
} from './nodes.ts';
import { runItem, runTooltip, stateIcon, stateName } from './run-item.ts';
import type { RememberedViewOptions } from './view-options.ts';

/** Rows below one node before 'Show more': a tree of thousands is never built at once. */
export const pageSize = 100;

/** So many experiments are shown unfolded; with more, one looks for one of them first. */
const fewNodes = 10;

/** What people look for first. */
const states: readonly RunState[] = ['running', 'queued', 'completed', 'interrupted', 'failed', 'cancelled'];

/** Experiments and their runs. Asks the store for the page it shows, and redraws single rows while runs report. */
export class RunTree extends Disposables implements TreeDataProvider<ExplorerNode> {
  readonly #folders: RunFolders;
  readonly #files: ExperimentFiles;
  readonly #options: RememberedViewOptions;
  readonly #changed = this.add(new EventEmitter<ExplorerNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  /** Pages opened below a node, by its id. */
  readonly #pages = new Map<string, number>();
  /** Rows as VS Code was given them: it knows them by identity. */
  readonly #shown = new Map<string, RunNode>();
  /** Rows on screen by run id, so that a report redraws one row instead of the tree. */
  readonly #rows = new Map<string, RunNode>();

  constructor(folders: RunFolders, files: ExperimentFiles, options: RememberedViewOptions) {
    super();
    this.#folders = folders;
    this.#files = files;
    this.#options = options;
    this.add(files.onDidChange(() => this.refresh()));
    this.add(folders.onDidReplace(() => this.refresh()));
    this.add(options.onDidChange(() => this.refresh()));
    this.add(
      folders.onDidChange(({ folder, ids, structure }) => {
        if (structure) this.refresh();
        else void this.#redraw(folder, ids);
      }),
    );
  }

  refresh(): void {
    this.#rows.clear();
    this.#shown.clear();
    this.#changed.fire(undefined);
  }

  showMore(parent: ExperimentNode | GroupNode): void {
    this.#pages.set(nodeId(parent), (this.#pages.get(nodeId(parent)) ?? 1) + 1);
    this.#changed.fire(parent);
  }

  getTreeItem(node: ExplorerNode): TreeItem {
    switch (node.kind) {
      case 'experiment':
        return experimentItem(node);
      case 'group':
        return groupItem(node);
      case 'run':
        return runItem(this.#rows.get(nodeId(node)) ?? node);
      case 'more':
        return moreItem(node);
    }
  }

  resolveTreeItem(item: TreeItem, node: ExplorerNode): TreeItem {
    if (node.kind === 'run') item.tooltip = runTooltip((this.#rows.get(nodeId(node)) ?? node).record);
    return item;
  }

  getParent(node: ExplorerNode): ExplorerNode | undefined {
    return node.kind === 'run' || node.kind === 'more' ? node.parent : undefined;
  }

  async getChildren(node?: ExplorerNode): Promise<ExplorerNode[]> {
    if (!node) return this.#roots();
    if (node.kind === 'experiment') return this.#runs(node, [node.selection]);
    if (node.kind === 'group') return this.#runs(node, node.selections);
    return [];
  }

  #roots(): Promise<ExplorerNode[]> {
    const { grouping } = this.#options.current;
    if (grouping === 'experiment') return this.#experiments();
    const groups =
      grouping === 'status'
        ? states.map((state) => ({
            label: stateName(state),
            icon: stateIcon(state),
            query: { states: [state] },
          }))
        : undefined;
    return this.#groups(groups);
  }

  async #experiments(): Promise<ExplorerNode[]> {
    const text = this.#options.current.text || undefined;
    const files = await this.#files.list();
    const nodes: ExperimentNode[] = [];
    for (const folder of this.#folders.all) {
      const counts = new Map((await folder.experiments(text)).map(({ file, runs }) => [file, runs]));
      for (const uri of files.filter((file) => this.#folders.of(file) === folder)) {
        const runs = counts.get(uri.fsPath) ?? 0;
        counts.delete(uri.fsPath);
        const named = !text || uri.path.toLowerCase().includes(text.toLowerCase());
        if (named || runs > 0) nodes.push(experimentNode(folder, uri, true, runs, text));
      }
      for (const [file, runs] of counts)
        nodes.push(experimentNode(folder, Uri.file(file), false, runs, text));
    }
    const expanded = nodes.length <= fewNodes;
    return nodes.map((node) => ({ ...node, expanded }));
  }

  async #groups(
    known: readonly { label: string; icon: string; query: RunQuery }[] | undefined,
  ): Promise<ExplorerNode[]> {
    const text = this.#options.current.text || undefined;
    const groups = known ?? (await this.#strategies());
    const nodes = await Promise.all(
      groups.map(async ({ label, icon, query }): Promise<GroupNode> => {
        const selections: RunSelection[] = this.#folders.all.map((folder) => ({
          folder,
          query: { ...query, text },
        }));
        const counts = await Promise.all(selections.map(({ folder, query }) => folder.count(query)));
        return {
          kind: 'group',
          label,
          icon,
          selections,
          runs: counts.reduce((sum, count) => sum + count, 0),
        };
      }),
    );
    return nodes.filter(({ runs }) => runs > 0);
  }

  async #strategies(): Promise<{ label: string; icon: string; query: RunQuery }[]> {
    const names = new Set((await Promise.all(this.#folders.all.map((folder) => folder.strategies()))).flat());
    return [...names].sort().map((strategy) => ({
      label: strategy || l10n.t('unknown'),
      icon: 'symbol-method',
      query: { strategy },
    }));
  }

  async #runs(
    parent: ExperimentNode | GroupNode,
    selections: readonly RunSelection[],
  ): Promise<ExplorerNode[]> {
    const { sort, descending } = this.#options.current;
    const limit = pageSize * (this.#pages.get(nodeId(parent)) ?? 1);
    const nodes: ExplorerNode[] = [];
    for (const { folder, query } of selections) {
      if (nodes.length >= limit) break;
      const records = await folder.list({ ...query, sort, descending, limit: limit - nodes.length });
      for (const record of records) {
        const node: RunNode = { kind: 'run', folder, record, parent };
        this.#rows.set(nodeId(node), node);
        this.#shown.set(nodeId(node), node);
        nodes.push(node);
      }
    }
    if (nodes.length < parent.runs && nodes.length >= limit)
      nodes.push({ kind: 'more', parent, shown: nodes.length, total: parent.runs });
    return nodes;
  }

  async #redraw(folder: RunFolder, ids: readonly string[] | undefined): Promise<void> {
    const shown = [...this.#rows.values()].filter(
      (node) => node.folder === folder && (ids?.includes(node.record.id) ?? true),
    );
    if (shown.length === 0) return;
    const records = new Map(
      (await folder.list({ ids: shown.map(({ record }) => record.id) })).map((r) => [r.id, r]),
    );
    for (const node of shown) {
      const record = records.get(node.record.id);
      if (!record || JSON.stringify(record) === JSON.stringify(node.record)) continue;
      const renewed = { ...node, record };
      this.#rows.set(nodeId(node), renewed);
      this.#changed.fire(this.#shown.get(nodeId(node)) ?? node);
    }
  }

  /** The newest known state of a row's run. */
  current(node: RunNode): RunNode {
    return this.#rows.get(nodeId(node)) ?? node;
  }
}

function experimentNode(
  folder: RunFolder,
  uri: Uri,
  exists: boolean,
  runs: number,
  text: string | undefined,
): ExperimentNode {
  return {
    kind: 'experiment',
    uri,
    exists,
    runs,
    expanded: true,
    selection: { folder, query: { file: uri.fsPath, text } },
  };
}
