import { l10n, Uri } from 'vscode';
import type { ExperimentRuns, RunQuery } from '../../src/runs/database/run-records.ts';
import type { RunState } from '../../src/worker/directory/run-states.ts';
import type { ExperimentFiles } from '../workspace/experiment-files.ts';
import type { RunFolder } from '../workspace/runs/run-folder.ts';
import type { RunFolders } from '../workspace/runs/run-folders.ts';
import type { ExperimentNode, GroupNode, RootNode, RunSelection } from './nodes.ts';
import { stateIcon, stateName } from './run-item.ts';
import type { ViewOptions } from './view-options.ts';

/** So many experiments are shown unfolded; with more, one looks for one of them first. */
const fewNodes = 10;

/** What people look for first. */
const rank = {
  running: 0,
  queued: 1,
  completed: 2,
  interrupted: 3,
  failed: 4,
  cancelled: 5,
  dropped: 6,
} satisfies Record<RunState, number>;
const states = (Object.keys(rank) as RunState[]).sort((one, other) => rank[one] - rank[other]);

/** The rows at the top of the run explorer, each with the number of its runs. */
export class Roots {
  readonly #folders: RunFolders;
  readonly #files: ExperimentFiles;

  constructor(folders: RunFolders, files: ExperimentFiles) {
    this.#folders = folders;
    this.#files = files;
  }

  async list({ grouping, text: written }: ViewOptions): Promise<RootNode[]> {
    const text = written || undefined;
    if (grouping === 'experiment') return this.#experiments(text);
    return this.#groups(text, grouping === 'status' ? byState() : await this.#byStrategy());
  }

  async #experiments(text: string | undefined): Promise<ExperimentNode[]> {
    const files = await this.#files.list();
    const nodes: ExperimentNode[] = [];
    for (const folder of this.#folders.all) {
      const known = new Map((await folder.experiments(text)).map((one) => [one.file, one]));
      for (const uri of files.filter((file) => this.#folders.of(file) === folder)) {
        const found = known.get(uri.fsPath) ?? { file: uri.fsPath, runs: 0, accuracies: [], settings: 0 };
        known.delete(uri.fsPath);
        const named = !text || uri.path.toLowerCase().includes(text.toLowerCase());
        if (named || found.runs > 0) nodes.push(experimentNode(folder, uri, true, found, text));
      }
      for (const found of known.values())
        nodes.push(experimentNode(folder, Uri.file(found.file), false, found, text));
    }
    const expanded = nodes.length <= fewNodes;
    return nodes.map((node) => ({ ...node, expanded }));
  }

  async #groups(text: string | undefined, groups: readonly Group[]): Promise<GroupNode[]> {
    const nodes = await Promise.all(
      groups.map(async ({ label, icon, query }): Promise<GroupNode> => {
        const selections: RunSelection[] = this.#folders.all.map((folder) => ({
          folder,
          query: { ...query, text },
        }));
        const counts = await Promise.all(selections.map(({ folder, query }) => folder.count(query)));
        const runs = counts.reduce((sum, count) => sum + count, 0);
        return { kind: 'group', label, icon, selections, runs };
      }),
    );
    return nodes.filter(({ runs }) => runs > 0);
  }

  async #byStrategy(): Promise<Group[]> {
    const names = new Set((await Promise.all(this.#folders.all.map((folder) => folder.strategies()))).flat());
    return [...names].sort().map((strategy) => ({
      label: strategy || l10n.t('unknown'),
      icon: 'symbol-method',
      query: { strategy },
    }));
  }
}

interface Group {
  readonly label: string;
  readonly icon: string;
  readonly query: RunQuery;
}

const byState = (): Group[] =>
  states.map((state) => ({ label: stateName(state), icon: stateIcon(state), query: { states: [state] } }));

function experimentNode(
  folder: RunFolder,
  uri: Uri,
  exists: boolean,
  { runs, accuracies, settings }: ExperimentRuns,
  text: string | undefined,
): ExperimentNode {
  return {
    kind: 'experiment',
    uri,
    exists,
    runs,
    readable: folder.failure === undefined,
    accuracies,
    settings,
    expanded: true,
    selection: { folder, query: { file: uri.fsPath, text } },
  };
}
