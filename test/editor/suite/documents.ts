import assert from 'node:assert/strict';
import { commands, Range, type TextDocument, WorkspaceEdit, window, workspace } from 'vscode';
import { distillery, inRoot, write } from './support.ts';

let opened = 0;

/** Each in a file of its own: what is open already keeps its line ends, and does not like to be written under its feet. */
export async function open(text: string): Promise<TextDocument> {
  await commands.executeCommand('workbench.action.closeAllEditors');
  if (opened > 0) await workspace.fs.delete(inRoot(`edited-${opened}.distill.json`));
  const document = await workspace.openTextDocument(await write(`edited-${++opened}.distill.json`, text));
  await window.showTextDocument(document);
  assert.equal(document.getText(), text);
  const { hyperparameterTree } = (await distillery()).services;
  hyperparameterTree.show({ kind: 'file', uri: document.uri });
  return document;
}

/** As one edit, which is undone at once. */
export async function replaceAll(document: TextDocument, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(0, 0, document.lineCount, 0), text);
  await workspace.applyEdit(edit);
}
