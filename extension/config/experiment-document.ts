import { l10n, Range, type TextDocument, type Uri, WorkspaceEdit, workspace } from 'vscode';
import type { Problem, TextEdit } from '../../src/experiment/parsing/problem.ts';

export const experimentPattern = '**/*.distill.json';
export const experimentSelector = { scheme: 'file', pattern: experimentPattern };

export const isExperimentUri = (uri: Uri): boolean =>
  uri.scheme === 'file' && uri.path.endsWith('.distill.json');

/** The text as it stands: of the editor if the file is open there, saved or not. */
export async function openExperiment(uri: Uri): Promise<TextDocument> {
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  return open ?? workspace.openTextDocument(uri);
}

/** Where a problem is underlined: at least one character. */
export function rangeOf(
  document: TextDocument,
  { offset, length }: Pick<Problem, 'offset' | 'length'>,
): Range {
  return new Range(document.positionAt(offset), document.positionAt(offset + Math.max(1, length)));
}

/** Minimal edits as one step that undo takes back. */
export function workspaceEdit(document: TextDocument, edits: readonly TextEdit[]): WorkspaceEdit {
  const edit = new WorkspaceEdit();
  for (const { offset, length, content } of edits)
    edit.replace(
      document.uri,
      new Range(document.positionAt(offset), document.positionAt(offset + length)),
      content,
    );
  return edit;
}

const saveAttempts = 3;

/**
 * Edits the document as it stands. A document without other unsaved changes is saved, so that what the sidebar shows is
 * what runs; one that somebody is writing in is left unsaved.
 */
export async function applyEdits(document: TextDocument, edits: readonly TextEdit[]): Promise<void> {
  if (edits.length === 0) return;
  const { isDirty } = document;
  if (!(await workspace.applyEdit(workspaceEdit(document, edits))))
    throw new Error(l10n.t('VS Code did not apply the change to {0}.', document.uri.fsPath));
  if (isDirty) return;
  const { version } = document;
  // On a busy machine VS Code abandons a save that takes too long, and says so only by this answer.
  for (let attempt = 1; attempt <= saveAttempts; attempt++) {
    if (await document.save()) return;
    // Saved after all, or somebody is typing: what they write is theirs to save.
    if (!document.isDirty || document.version !== version) return;
  }
  throw new Error(
    l10n.t('VS Code could not save {0}: the change is only in the editor.', document.uri.fsPath),
  );
}
