import { EventEmitter, type TreeDataProvider, type TreeItem } from 'vscode';
import { Pacer } from '../dashboard/pacer.ts';
import { Disposables } from '../disposables.ts';
import type { ExperimentFiles } from '../workspace/experiment-files.ts';
import type { RunChange } from '../workspace/runs/run-folder.ts';
import type { RunFolders } from '../workspace/runs/run-folders.ts';
import { rootAppearance, sameOrder } from './appearance.ts';
import { experimentItem, groupItem, moreItem } from './group-item.ts';
import {
  type ExperimentNode,
  type ExplorerNode,
  nodeId,
  type ParentNode,
  type RootNode,
  type RunNode,
  type SweepNode,
  selectionsOf,
} from './nodes.ts';
import { Roots } from './roots.ts';
import { runAppearance, runItem, runTooltip } from './run-item.ts';
import { settingsByGroup } from './run-settings.ts';
import { progressMs, readingMs, restMs, type ShownRow, type ShownRun, takingMs } from './shown-rows.ts';
import { sweepDescription, sweepItem, sweepsBelow } from './sweep-rows.ts';
import type { RememberedViewOptions } from './view-options.ts';

/** Rows below one node before 'Show more': a tree of thousands is never built at once. */
export const pageSize = 100;

/**
 * Experiments and their runs. Asks the store for the pages it shows. What changes is drawn anew and nothing else: the row
 * of a run, the rows below one node where they came, went or changed their order, and all only where nodes did.
 */
export class RunTree extends Disposables implements TreeDataProvider<ExplorerNode> {
  readonly #options: RememberedViewOptions;
  readonly #source: Roots;
  readonly #changed = this.add(new EventEmitter<ExplorerNode | ExplorerNode[] | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  /** Pages opened below a node, by its id. */
  readonly #pages = new Map<string, number>();
  readonly #roots = new Map<string, ShownRow<RootNode>>();
  /** Ids of the rows below a node that VS Code has asked for. */
  readonly #below = new Map<string, readonly string[]>();
  readonly #sweeps = new Map<string, ShownRow<SweepNode>>();
  readonly #runs = new Map<string, ShownRun>();
  /** Runs that only got further since they were drawn. */
  readonly #further = new Set<string>();
  /** The row whose tooltip was asked for last: drawn anew, it would lose the tooltip that somebody reads. */
  #pointedAt = { id: '', until: 0 };
  readonly #pacer = new Pacer(progressMs, () => this.#drawFurther());
  #updating: Promise<void> = Promise.resolve();
  /** Until VS Code has taken the rows that it was given last. */
  #taking: Promise<void> | undefined;

  constructor(folders: RunFolders, files: ExperimentFiles, options: RememberedViewOptions) {
    super();
    this.#options = options;
    this.#source = new Roots(folders, files);
    this.add(files.onDidChange(() => this.refresh()));
    this.add(folders.onDidReplace(() => this.refresh()));
    this.add(options.onDidChange(() => this.refresh()));
    this.add(folders.onDidChange((change) => this.#follow(change)));
    this.add({ dispose: () => this.#pacer.end() });
  }

  /** Draws everything anew. */
  refresh(): void {
    for (const shown of [this.#roots, this.#sweeps, this.#below, this.#runs, this.#further]) shown.clear();
    this.#changed.fire(undefined);
  }

  showMore(parent: ParentNode): void {
    const id = nodeId(parent);
    this.#pages.set(id, (this.#pages.get(id) ?? 1) + 1);
    this.#changed.fire((this.#roots.get(id) ?? this.#sweeps.get(id))?.given ?? parent);
  }

  /** The newest known state of a row. */
  current<Node extends ExplorerNode>(node: Node): Node {
    const id = nodeId(node);
    const shown = this.#runs.get(id) ?? this.#roots.get(id) ?? this.#sweeps.get(id);
    return (shown?.newest as Node | undefined) ?? node;
  }

  getTreeItem(given: ExplorerNode): TreeItem {
    const node = this.current(given);
    switch (node.kind) {
      case 'experiment':
        return experimentItem(node);
      case 'group':
        return groupItem(node);
      case 'sweep':
        return sweepItem(node);
      case 'run':
        return runItem(node);
      case 'more':
        return moreItem(node);
    }
  }

  resolveTreeItem(item: TreeItem, node: ExplorerNode): TreeItem {
    if (node.kind !== 'run') return item;
    item.tooltip = runTooltip(this.current(node).record);
    this.#pointedAt = { id: nodeId(node), until: Date.now() + readingMs };
    return item;
  }

  getParent(node: ExplorerNode): ExplorerNode | undefined {
    return 'parent' in node ? node.parent : undefined;
  }

  async getChildren(node?: ExplorerNode): Promise<ExplorerNode[]> {
    try {
      return await this.#children(node);
    } finally {
      const taking = new Promise<void>((resolve) => setTimeout(resolve, takingMs)).then(() => {
        if (this.#taking === taking) this.#taking = undefined;
      });
      this.#taking = taking;
    }
  }

  async #children(node?: ExplorerNode): Promise<ExplorerNode[]> {
    if (!node) {
      const roots = await this.#source.list(this.#options.current);
      this.#roots.clear();
      for (const root of roots) this.#roots.set(nodeId(root), { given: root, newest: root });
      return roots;
    }
    if (node.kind === 'run' || node.kind === 'more') return [];
    const rows = await this.#page(node);
    for (const run of rows)
      if (run.kind === 'sweep') this.#sweeps.set(nodeId(run), { given: run, newest: run });
      else if (run.kind === 'run')
        this.#runs.set(nodeId(run), {
          given: run,
          newest: run,
          appearance: runAppearance(run),
          drawnAt: Date.now(),
        });
    this.#below.set(nodeId(node), rows.map(nodeId));
    return rows;
  }

  /** The rows below a node, as far as its pages are opened. */
  async #page(given: ParentNode): Promise<ExplorerNode[]> {
    const parent = this.current(given);
    const { sort, descending } = this.#options.current;
    const limit = pageSize * (this.#pages.get(nodeId(parent)) ?? 1);
    const sweeps = parent.kind === 'experiment' ? await sweepsBelow(parent) : [];
    const total = parent.runs - sweeps.reduce((sum, { runs }) => sum + runs, 0);
    // Runs of sweeps stand below those.
    const ofNone = sweeps.length > 0 ? { sweep: null } : {};
    const nodes: ExplorerNode[] = [];
    for (const { folder, query } of selectionsOf(parent)) {
      if (nodes.length >= limit) break;
      const records = await folder.list({
        ...query,
        ...ofNone,
        sort,
        descending,
        limit: limit - nodes.length,
      });
      const settings = parent.kind === 'group' ? undefined : settingsByGroup(records);
      for (const record of records)
        nodes.push({ kind: 'run', folder, record, parent, settings: settings?.get(record.group) ?? '' });
    }
    if (nodes.length < total && nodes.length >= limit)
      nodes.push({ kind: 'more', parent, shown: nodes.length, total });
    return [...sweeps, ...nodes];
  }

  #follow(change: RunChange): void {
    this.#updating = this.#updating
      .then(() => this.#taken())
      .then(() => {
        if (this.disposed) return undefined;
        const inPlace = !change.structure && change.ids !== undefined && !this.#isMovedByLabels;
        return inPlace ? this.#renew(change) : this.#compare(change);
      })
      .catch(() => this.refresh());
  }

  /** Waits until VS Code has taken the rows that it was given last. */
  async #taken(): Promise<void> {
    while (this.#taking) await this.#taking;
  }

  /** Whether a new name, note, tag or figure alone can show, hide or move a row. */
  get #isMovedByLabels(): boolean {
    const { text, sort } = this.#options.current;
    return text !== '' || !['createdAt', 'seed', 'experiment', 'strategy'].includes(sort);
  }

  /** Runs may have come, gone or changed in any way: draws what is no longer as it was drawn. */
  async #compare(change: RunChange): Promise<void> {
    const shown = [...this.#roots.keys()];
    // VS Code is about to ask, or the view was never seen.
    if (shown.length === 0) return this.#changed.fire(undefined);
    const roots = await this.#source.list(this.#options.current);
    if (!sameOrder(shown, roots.map(nodeId))) return this.refresh();
    const stale: ShownRow<ParentNode>[] = [];
    for (const root of roots) {
      const row = this.#roots.get(nodeId(root));
      if (!row) return;
      const before = rootAppearance(row.newest);
      row.newest = root;
      const concerned = selectionsOf(root).some(({ folder }) => folder === change.folder);
      if (before !== rootAppearance(root) || (concerned && (await this.#isReordered(root)))) stale.push(row);
      if (root.kind === 'experiment' && concerned) stale.push(...(await this.#staleSweeps(root)));
    }
    await this.#drawParents(stale);
    await this.#renew({ ...change, ids: undefined });
  }

  /**
   * Draws rows that others stand below. VS Code may have been given others in their place while they were compared: those
   * show what is newest, and it has not taken them yet.
   */
  async #drawParents(rows: readonly ShownRow<ParentNode>[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#taken();
    for (const row of rows) {
      const id = nodeId(row.given);
      if ((this.#roots.get(id) ?? this.#sweeps.get(id)) === row) this.#changed.fire(row.given);
    }
  }

  async #staleSweeps(root: ExperimentNode): Promise<ShownRow<SweepNode>[]> {
    const stale: ShownRow<SweepNode>[] = [];
    for (const newest of await sweepsBelow(root)) {
      const row = this.#sweeps.get(nodeId(newest));
      if (!row) continue;
      const same = sweepDescription(row.newest) === sweepDescription(newest);
      row.newest = newest;
      if (!same || (await this.#isReordered(newest))) stale.push(row);
    }
    return stale;
  }

  async #isReordered(root: ParentNode): Promise<boolean> {
    // Its first run makes a new row of it: told of this one, VS Code would look for it among rows that no longer have it.
    if (root.runs === 0) return false;
    const below = this.#below.get(nodeId(root));
    return below !== undefined && !sameOrder(below, (await this.#page(root)).map(nodeId));
  }

  /** Reads what the rows of these runs, or of all, look like now. */
  async #renew({ folder, ids }: RunChange): Promise<void> {
    const wanted = ids && new Set(ids);
    const rows = [...this.#runs.values()].filter(
      ({ given }) => given.folder === folder && (wanted?.has(given.record.id) ?? true),
    );
    if (rows.length === 0) return;
    const records = await folder.list({ ids: rows.map(({ given }) => given.record.id) });
    await this.#taken();
    const byId = new Map(records.map((record) => [record.id, record]));
    const moved: ExplorerNode[] = [];
    for (const row of rows) {
      const record = byId.get(row.given.record.id);
      if (!record || this.#runs.get(nodeId(row.given)) !== row) continue;
      const before = row.newest.record.state;
      row.newest = { ...row.newest, record };
      const id = nodeId(row.given);
      if (runAppearance(row.newest) === row.appearance) this.#further.delete(id);
      else if (record.state === before && record.state === 'running') this.#further.add(id);
      else moved.push(this.#drawn(row));
    }
    if (moved.length > 0) this.#changed.fire(moved);
    if (this.#further.size > 0) this.#pacer.announce();
  }

  #drawFurther(): void {
    if (this.#taking) {
      this.#pacer.announce();
      return;
    }
    const now = Date.now();
    const { id: read, until } = this.#pointedAt;
    const due = [...this.#further].flatMap((id) => {
      const row = this.#runs.get(id);
      if (!row) this.#further.delete(id);
      const waits = now < (row?.drawnAt ?? 0) + restMs || (id === read && now < until);
      return row && !waits ? [row] : [];
    });
    if (due.length > 0) this.#changed.fire(due.map((row) => this.#drawn(row)));
    if (this.#further.size > 0) this.#pacer.announce();
  }

  #drawn(row: ShownRun): RunNode {
    row.appearance = runAppearance(row.newest);
    row.drawnAt = Date.now();
    this.#further.delete(nodeId(row.given));
    return row.given;
  }
}
