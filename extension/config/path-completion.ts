import { posix } from 'node:path';
import { getLocation } from 'jsonc-parser';
import {
  CompletionItem,
  CompletionItemKind,
  type CompletionItemProvider,
  FileType,
  type Position,
  Range,
  type TextDocument,
  Uri,
  workspace,
} from 'vscode';
import { canBeRead } from '../../src/experiment/parsing/parse.ts';

/** Options that name a file or a folder beside the experiment. */
const pathKeys = new Set([
  'images',
  'labels',
  'checkpoint',
  'of',
  'path',
  'train',
  'test',
  'file',
  'folder',
  'from',
  'tokenizer',
]);

/** Completes file and folder names inside the strings that hold them, one folder at a time. */
export class PathCompletion implements CompletionItemProvider {
  static readonly triggers = ['/', '"'];

  async provideCompletionItems(document: TextDocument, position: Position): Promise<CompletionItem[]> {
    const text = document.getText();
    if (!canBeRead(text)) return [];
    const offset = document.offsetAt(position);
    const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
    const key = path.findLast((step) => typeof step === 'string');
    if (isAtPropertyKey || previousNode?.type !== 'string' || typeof key !== 'string' || !pathKeys.has(key))
      return [];

    const start = previousNode.offset + 1;
    const written = text.slice(start, offset);
    const folder = posix.dirname(`${written}x`);
    const prefix = folder === '.' ? '' : `${folder}/`;
    const directory = Uri.joinPath(document.uri, '..', folder);
    const range = new Range(
      document.positionAt(start),
      document.positionAt(previousNode.offset + previousNode.length - 1),
    );
    return (await entries(directory)).map(([name, type]) => {
      const isFolder = (type & FileType.Directory) !== 0;
      const item = new CompletionItem(name, isFolder ? CompletionItemKind.Folder : CompletionItemKind.File);
      item.insertText = `${prefix}${name}${isFolder ? '/' : ''}`;
      item.filterText = `${prefix}${name}`;
      item.range = range;
      item.sortText = `${isFolder ? '0' : '1'}${name}`;
      if (isFolder) item.command = { command: 'editor.action.triggerSuggest', title: '' };
      return item;
    });
  }
}

async function entries(directory: Uri): Promise<[string, FileType][]> {
  try {
    const all = await workspace.fs.readDirectory(directory);
    return all.filter(([name]) => !name.startsWith('.') && name !== 'node_modules');
  } catch {
    return [];
  }
}
