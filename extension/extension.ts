import { join } from 'node:path';
import { type Disposable, type ExtensionContext, type TreeView, window, workspace } from 'vscode';
import { registerCommands } from './commands/command-table.ts';
import { ExperimentDiagnostics } from './config/diagnostics.ts';
import { isExperimentUri } from './config/experiment-document.ts';
import { followSelection } from './config/follow-selection.ts';
import { HyperparameterTree } from './config/hyperparameter-tree.ts';
import { Dashboards } from './dashboard/dashboards.ts';
import { Disposables } from './disposables.ts';
import { DeviceTree } from './explorer/device-tree.ts';
import type { ExplorerNode } from './explorer/nodes.ts';
import { ReadOnlyMessage } from './explorer/read-only-message.ts';
import { RunDrag } from './explorer/run-drag.ts';
import { registerRunDrop } from './explorer/run-drop.ts';
import { RunTree } from './explorer/run-tree.ts';
import { RememberedViewOptions } from './explorer/view-options.ts';
import type { Services } from './services.ts';
import { readSetting } from './settings.ts';
import { ContextKeys } from './status/context-keys.ts';
import { Log } from './status/log.ts';
import { RunNotices } from './status/run-notices.ts';
import { RunStatus } from './status/run-status.ts';
import { Checking } from './workspace/checking.ts';
import { CommandLine } from './workspace/command-line.ts';
import { DeviceReports } from './workspace/device-reports.ts';
import { ExperimentFiles } from './workspace/experiment-files.ts';
import { Exporting } from './workspace/exporting.ts';
import { runOfLink } from './workspace/permalink.ts';
import { followRenamedFiles } from './workspace/renamed-files.ts';
import { RunFolders } from './workspace/runs/run-folders.ts';
import { TeacherCautions } from './workspace/runs/teacher-cautions.ts';

/** What the tests look at. */
export interface DistilleryApi {
  /** Milliseconds that activation held the host. */
  readonly activationMs: number;
  readonly services: Services;
  readonly status: RunStatus;
  readonly deviceTree: DeviceTree;
  /** Resolves when the runs that were there have been found. */
  readonly ready: Promise<void>;
}

let folders: RunFolders | undefined;

/** Registers what the manifest promises and returns; files and databases are read afterwards. */
export function activate(context: ExtensionContext): DistilleryApi {
  const start = performance.now();
  const parts = new Disposables();
  context.subscriptions.push(parts);

  const log = parts.add(new Log());
  folders = parts.add(new RunFolders(context, log));
  const files = parts.add(new ExperimentFiles());
  const notices = parts.add(new RunNotices(folders, context.workspaceState, log));
  const cautions = parts.add(
    new TeacherCautions(folders, log, join(context.extensionPath, 'dist/comparison.mjs')),
  );
  const options = parts.add(new RememberedViewOptions(context.workspaceState));
  const commandLine = new CommandLine(context);
  const deviceReports = parts.add(new DeviceReports(commandLine));
  const checking = parts.add(new Checking(context));
  const exporting = parts.add(new Exporting(context));
  const diagnostics = parts.add(
    new ExperimentDiagnostics(log, checking, (uri) => folders?.of(uri)?.dataDirectory, deviceReports),
  );
  const dashboards = parts.add(new Dashboards());

  const runTree = parts.add(new RunTree(folders, files, options));
  const runView = parts.add(
    window.createTreeView('distillery.runs', {
      treeDataProvider: runTree,
      canSelectMany: true,
      showCollapseAll: true,
      dragAndDropController: new RunDrag(),
    }),
  );
  const hyperparameterTree = parts.add(new HyperparameterTree());
  const hyperparameterView = parts.add(
    window.createTreeView('distillery.hyperparameters', { treeDataProvider: hyperparameterTree }),
  );
  const deviceTree = parts.add(new DeviceTree(deviceReports, log));
  deviceTree.attach(parts.add(window.createTreeView('distillery.devices', { treeDataProvider: deviceTree })));

  const keys = parts.add(new ContextKeys(folders, files, options));
  const status = parts.add(new RunStatus(folders, runView));
  const readOnly = parts.add(new ReadOnlyMessage(folders, runView));
  const services: Services = {
    context,
    log,
    folders,
    files,
    notices,
    cautions,
    options,
    runTree,
    runView,
    hyperparameterTree,
    hyperparameterView,
    deviceReports,
    commandLine,
    checking,
    exporting,
    diagnostics,
    dashboards,
  };
  parts.add(dashboards.restore(services));
  parts.add(registerRunDrop(services));
  parts.add(registerCommands(services));
  parts.add(followSelection(hyperparameterTree, runView, keys));
  parts.add(
    folders.onDidChange(() =>
      deviceTree.setTraining(services.folders.all.some(({ tally }) => (tally.states.running ?? 0) > 0)),
    ),
  );
  parts.add(showFilter(runView, options));
  parts.add(
    window.registerUriHandler({
      handleUri: async (uri) => {
        const { openLink } = await import('./commands/open-link.ts');
        await openLink(services, runOfLink(uri));
      },
    }),
  );
  parts.add(languageFeaturesWhenNeeded(services));

  const ready = folders
    .openAll()
    .then(() => Promise.all([keys.update(), readOnly.look()]))
    .then(() => notices.look())
    .then(() => void parts.add(followRenamedFiles(services.folders, files, log)));
  ready.catch((error: unknown) => log.error('finding runs', error));
  return { activationMs: performance.now() - start, services, status, deviceTree, ready };
}

/** Says in the title of the explorer what it is narrowed to. */
function showFilter(runView: TreeView<ExplorerNode>, options: RememberedViewOptions): Disposable {
  const update = () => {
    const { text } = options.current;
    runView.description = text === '' ? undefined : `“${text}”`;
  };
  update();
  return options.onDidChange(update);
}

function languageFeaturesWhenNeeded({ folders, diagnostics, cautions, checking, log }: Services): Disposable {
  const subscriptions = new Disposables();
  let registered = false;
  const register = async () => {
    if (registered) return;
    registered = true;
    try {
      const { registerLanguageFeatures } = await import('./config/language-features.ts');
      subscriptions.add(registerLanguageFeatures(folders, diagnostics, cautions, checking, log));
    } catch (error) {
      log.error('preparing the editor for experiments', error);
    }
  };
  subscriptions.add(
    workspace.onDidOpenTextDocument(({ uri }) => {
      if (isExperimentUri(uri)) void register();
    }),
  );
  if (workspace.textDocuments.some(({ uri }) => isExperimentUri(uri))) void register();
  return subscriptions;
}

/** Workers go on unless the user wants them to end with the window; the database is let go in order. */
export async function deactivate(): Promise<void> {
  const closing = folders;
  folders = undefined;
  if (closing && readSetting('distillery.stopRunsWithWindow')) await closing.stopAll();
  await closing?.close();
}
