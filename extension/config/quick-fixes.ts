import {
  CodeAction,
  CodeActionKind,
  type CodeActionProvider,
  l10n,
  type Range,
  type TextDocument,
} from 'vscode';
import { fixEdits } from '../../src/experiment/editing/edit.ts';
import type { Problem } from '../../src/experiment/parsing/problem.ts';
import type { CommandId } from '../contributions/commands.ts';
import { type ExperimentDiagnostics, toDiagnostic } from './diagnostics.ts';
import { rangeOf, workspaceEdit } from './experiment-document.ts';

/** Offers the change that a problem suggests: the closest key, the nearest allowed value, the missing file's neighbour. */
export class QuickFixes implements CodeActionProvider {
  static readonly metadata = { providedCodeActionKinds: [CodeActionKind.QuickFix] };
  readonly #diagnostics: ExperimentDiagnostics;

  constructor(diagnostics: ExperimentDiagnostics) {
    this.#diagnostics = diagnostics;
  }

  provideCodeActions(document: TextDocument, range: Range): CodeAction[] {
    return this.#diagnostics.problemsOf(document).flatMap((problem) => {
      if (!rangeOf(document, problem).intersection(range)) return [];
      if (problem.code === 'dataset-missing') return [downloadAction(document, problem)];
      if (!problem.fix) return [];
      const action = new CodeAction(problem.fix.title, CodeActionKind.QuickFix);
      action.edit = workspaceEdit(document, fixEdits(document.getText(), problem.fix));
      action.diagnostics = [toDiagnostic(document, problem)];
      action.isPreferred = true;
      return [action];
    });
  }
}

/** Data that is ready to use and not on this machine. */
function downloadAction(document: TextDocument, problem: Problem): CodeAction {
  const title = l10n.t('Download');
  const action = new CodeAction(title, CodeActionKind.QuickFix);
  const command: CommandId = 'distillery.getData';
  action.command = { title, command, arguments: [document.uri] };
  action.diagnostics = [toDiagnostic(document, problem)];
  action.isPreferred = true;
  return action;
}
