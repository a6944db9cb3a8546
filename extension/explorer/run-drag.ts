import { type DataTransfer, DataTransferItem, type TreeDragAndDropController } from 'vscode';
import { permalink } from '../workspace/permalink.ts';
import type { ExplorerNode } from './nodes.ts';

/** Ids of runs as JSON, for the dashboard; other places take the links as text. */
export const runsMimeType = 'application/x-distillery-runs';

/** Runs can be dragged into the dashboard, experiment files into an editor. */
export class RunDrag implements TreeDragAndDropController<ExplorerNode> {
  readonly dragMimeTypes = [runsMimeType, 'text/plain', 'text/uri-list'];
  readonly dropMimeTypes: string[] = [];

  handleDrag(nodes: readonly ExplorerNode[], data: DataTransfer): void {
    const runs = nodes.filter((node) => node.kind === 'run');
    if (runs.length > 0) {
      data.set(runsMimeType, new DataTransferItem(JSON.stringify(runs.map(({ record }) => record.id))));
      data.set(
        'text/plain',
        new DataTransferItem(runs.map(({ record }) => permalink(record.id).toString()).join('\n')),
      );
    }
    const files = nodes.filter((node) => node.kind === 'experiment' && node.exists);
    if (files.length > 0)
      data.set(
        'text/uri-list',
        new DataTransferItem(
          files.map((node) => node.kind === 'experiment' && node.uri.toString()).join('\r\n'),
        ),
      );
  }
}
