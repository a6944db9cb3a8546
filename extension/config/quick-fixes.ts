import { CodeAction, CodeActionKind, type CodeActionProvider, type Range, type TextDocument } from 'vscode';
import { fixEdits } from '../../src/experiment/edit.ts';
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
      if (!problem.fix || !rangeOf(document, problem).intersection(range)) return [];
      const action = new CodeAction(problem.fix.title, CodeActionKind.QuickFix);
      action.edit = workspaceEdit(document, fixEdits(document.getText(), problem.fix));
      action.diagnostics = [toDiagnostic(document, problem)];
      action.isPreferred = true;
      return [action];
    });
  }
}
