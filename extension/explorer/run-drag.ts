import { type DataTransfer, DataTransferItem, type TreeDragAndDropController } from 'vscode';
import { permalink } from '../workspace/permalink.ts';
import type { ExplorerNode } from './nodes.ts';
import { uriOfRuns } from './run-drop.ts';

/** Runs can be dragged into a dashboard and experiment files among the editors; into a text, runs fall as links. */
export class RunDrag implements TreeDragAndDropController<ExplorerNode> {
  readonly dragMimeTypes = ['text/plain', 'text/uri-list'];
  readonly dropMimeTypes: string[] = [];

  handleDrag(nodes: readonly ExplorerNode[], data: DataTransfer): void {
    const runs = nodes.filter((node) => node.kind === 'run');
    if (runs.length > 0)
      data.set(
        'text/plain',
        new DataTransferItem(runs.map(({ record }) => permalink(record.id).toString()).join('\n')),
      );
    const files = nodes.flatMap((node) => (node.kind === 'experiment' && node.exists ? [node.uri] : []));
    const uris = runs.length > 0 ? [uriOfRuns(runs.map(({ record }) => record.id)), ...files] : files;
    if (uris.length > 0)
      data.set('text/uri-list', new DataTransferItem(uris.map((uri) => uri.toString()).join('\r\n')));
  }
}
