import { type Disposable, languages } from 'vscode';
import type { Checker } from '../../src/checks/apart/checker.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../status/log.ts';
import type { RunFolders } from '../workspace/runs/run-folders.ts';
import type { TeacherCautions } from '../workspace/runs/teacher-cautions.ts';
import type { ExperimentDiagnostics } from './diagnostics.ts';
import { experimentSelector } from './experiment-document.ts';
import { ExperimentLens } from './experiment-lens.ts';
import { PathCompletion } from './path-completion.ts';
import { QuickFixes } from './quick-fixes.ts';
import { StrategyHover } from './strategy-hover.ts';
import { SweepOptions } from './sweep-options.ts';
import { TeacherDiagnostics } from './teacher-diagnostics.ts';
import { ValueCompletion } from './value-completion.ts';

/** What an open experiment offers; loaded with the first one. */
export function registerLanguageFeatures(
  folders: RunFolders,
  diagnostics: ExperimentDiagnostics,
  cautions: TeacherCautions,
  checker: Pick<Checker, 'parts'>,
  log: Log,
): Disposable {
  const features = new Disposables();
  features.add(new TeacherDiagnostics(folders, cautions, log));
  const lens = features.add(new ExperimentLens(folders));
  features.add(languages.registerCodeLensProvider(experimentSelector, lens));
  features.add(languages.registerHoverProvider(experimentSelector, new StrategyHover()));
  const options = new SweepOptions();
  features.add(languages.registerCompletionItemProvider(experimentSelector, options, '"'));
  features.add(languages.registerHoverProvider(experimentSelector, options));
  features.add(
    languages.registerCompletionItemProvider(
      experimentSelector,
      new PathCompletion(),
      ...PathCompletion.triggers,
    ),
  );
  features.add(
    languages.registerCompletionItemProvider(
      experimentSelector,
      new ValueCompletion(folders, checker),
      '"',
      ' ',
      ':',
    ),
  );
  features.add(
    languages.registerCodeActionsProvider(
      experimentSelector,
      new QuickFixes(diagnostics),
      QuickFixes.metadata,
    ),
  );
  return features;
}
