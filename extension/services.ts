import type { ExtensionContext, TreeView } from 'vscode';
import type { ExperimentDiagnostics } from './config/diagnostics.ts';
import type { HyperparameterNode, HyperparameterTree } from './config/hyperparameter-tree.ts';
import type { Dashboards } from './dashboard/dashboards.ts';
import type { ExplorerNode } from './explorer/nodes.ts';
import type { RunTree } from './explorer/run-tree.ts';
import type { RememberedViewOptions } from './explorer/view-options.ts';
import type { Log } from './status/log.ts';
import type { RunNotices } from './status/run-notices.ts';
import type { Checking } from './workspace/checking.ts';
import type { CommandLine } from './workspace/command-line.ts';
import type { DeviceReports } from './workspace/device-reports.ts';
import type { ExperimentFiles } from './workspace/experiment-files.ts';
import type { Exporting } from './workspace/exporting.ts';
import type { RunFolders } from './workspace/runs/run-folders.ts';
import type { TeacherCautions } from './workspace/runs/teacher-cautions.ts';

/** The parts of the extension that commands and the dashboard use. */
export interface Services {
  readonly context: ExtensionContext;
  readonly log: Log;
  readonly folders: RunFolders;
  readonly files: ExperimentFiles;
  readonly notices: RunNotices;
  readonly cautions: TeacherCautions;
  readonly options: RememberedViewOptions;
  readonly runTree: RunTree;
  readonly runView: TreeView<ExplorerNode>;
  readonly hyperparameterTree: HyperparameterTree;
  readonly hyperparameterView: TreeView<HyperparameterNode>;
  readonly deviceReports: DeviceReports;
  readonly commandLine: CommandLine;
  readonly checking: Checking;
  readonly exporting: Exporting;
  readonly diagnostics: ExperimentDiagnostics;
  readonly dashboards: Dashboards;
}
