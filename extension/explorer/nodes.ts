import type { Uri } from 'vscode';
import type { RunQuery, RunRecord } from '../../src/runs/database/run-records.ts';
import type { SweepRuns } from '../../src/runs/database/sweeps.ts';
import type { RunFolder } from '../workspace/runs/run-folder.ts';

/** What the run explorer shows, as data; run-item.ts and group-item.ts turn it into rows. */
export type ExplorerNode = RootNode | SweepNode | RunNode | MoreNode;

/** A row that runs stand below. */
export type ParentNode = RootNode | SweepNode;

/** A row at the top, with runs below it. */
export type RootNode = ExperimentNode | GroupNode;

/** A folder of the workspace with a query that selects the runs below a node. */
export interface RunSelection {
  readonly folder: RunFolder;
  readonly query: RunQuery;
}

export interface ExperimentNode {
  readonly kind: 'experiment';
  /** Absolute path; the file may be gone while its runs are still there. */
  readonly uri: Uri;
  readonly exists: boolean;
  /** Unfolded at first; what the user folds stays as it is. */
  readonly expanded: boolean;
  readonly selection: RunSelection;
  /** 0 where they cannot be read, which is not the same as none. */
  readonly runs: number;
  readonly readable: boolean;
  /** Of the latest settings that have completed runs, by seed; and how many settings have such. */
  readonly accuracies: readonly number[];
  readonly settings: number;
}

/** The runs that one sweep of an experiment made. */
export interface SweepNode {
  readonly kind: 'sweep';
  readonly parent: ExperimentNode;
  readonly selection: RunSelection;
  readonly sweep: SweepRuns;
  readonly runs: number;
}

export interface GroupNode {
  readonly kind: 'group';
  readonly label: string;
  readonly icon: string;
  readonly selections: readonly RunSelection[];
  readonly runs: number;
}

export interface RunNode {
  readonly kind: 'run';
  readonly folder: RunFolder;
  readonly record: RunRecord;
  readonly parent: ParentNode;
  /** What tells its settings from those of other runs of its experiment; empty where they are the same. */
  readonly settings: string;
}

export interface MoreNode {
  readonly kind: 'more';
  readonly parent: ParentNode;
  readonly shown: number;
  readonly total: number;
}

export const selectionsOf = (parent: ParentNode): readonly RunSelection[] =>
  parent.kind === 'group' ? parent.selections : [parent.selection];

/** Stable identity of a row across refreshes. */
export function nodeId(node: ExplorerNode): string {
  switch (node.kind) {
    case 'experiment':
      // VS Code keeps a row folded that had nothing below it; with its first run it is to be a new row, unfolded.
      return `experiment:${node.runs > 0 ? '' : 'empty:'}${node.uri.toString()}`;
    case 'sweep':
      return `sweep:${node.selection.folder.dataDirectory}:${node.parent.uri.toString()}:${node.sweep.id}`;
    case 'group':
      return `group:${node.label}`;
    case 'run':
      return `run:${node.folder.dataDirectory}:${node.record.id}`;
    case 'more':
      return `more:${nodeId(node.parent)}`;
  }
}
