import { spawn } from 'node:child_process';
import { l10n, ProgressLocation, window, workspace } from 'vscode';
import { UserError } from '../../../src/base/user-error.ts';
import { applyEdits, openExperiment } from '../../config/experiment-document.ts';
import type { Services } from '../../services.ts';
import { ownNode } from '../../workspace/own-node.ts';
import { requireData } from '../get-data.ts';
import { targetExperiment } from '../targets.ts';

/**
 * Starts the sweep of an experiment, or goes on with it, in a process of its own that outlives the window; its points come up
 * in the explorer. @returns whether it was started
 */
export async function sweep(services: Services, clicked?: unknown): Promise<boolean> {
  const target = await targetExperiment(
    services,
    clicked,
    l10n.t('Of which experiment is the sweep to start?'),
  );
  if (!target) return false;
  const { uri, folder } = target;
  if (!workspace.isTrusted)
    throw new UserError(l10n.t('This folder is not trusted, so nothing runs in it.'), {
      remedy: l10n.t('Trust it by “Workspaces: Manage Workspace Trust”.'),
    });
  return services.folders.making(folder, async () => {
    const document = workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
    if (document?.isDirty && !(await document.save())) return false;
    if (!(await requireData(services, uri))) return false;
    const store = await folder.writer();
    await window.withProgress(
      { location: ProgressLocation.Window, title: l10n.t('Checking the sweep') },
      async () => {
        const { sweepEngine } = await import('../../workspace/runs/sweep-engine.ts');
        const devices = () => services.deviceReports.list();
        await sweepEngine.check(store, uri.fsPath, { checker: services.checking, devices });
      },
    );
    const words = [services.commandLine.path, 'sweep', uri.fsPath, '--data-dir', folder.dataDirectory];
    // It drives the sweep to its end, whatever becomes of this window.
    spawn(process.execPath, words, {
      ...{ detached: true, stdio: 'ignore', windowsHide: true },
      env: { ...process.env, ...ownNode },
    }).unref();
    window.setStatusBarMessage(`$(graph-scatter) ${l10n.t('The sweep starts')}`, 5000);
    return true;
  });
}

/** Asks the sweep of an experiment to stop, with its runs, whichever process drives it. */
export async function stopSweep(services: Services, clicked?: unknown): Promise<void> {
  const target = await targetExperiment(
    services,
    clicked,
    l10n.t('Of which experiment is the sweep to stop?'),
  );
  if (!target) return;
  const { sweepEngine } = await import('../../workspace/runs/sweep-engine.ts');
  for (const run of await sweepEngine.stop(await target.folder.writer(), target.uri.fsPath))
    services.notices.expectEnd(run);
  await target.folder.look();
}

/** Writes the values of the best point into the experiment, as one step that can be undone; of a front, the one picked. */
export async function writeBestPoint(services: Services, clicked?: unknown): Promise<void> {
  const target = await targetExperiment(services, clicked, l10n.t('Of which experiment is the sweep?'));
  if (!target) return;
  const document = await openExperiment(target.uri);
  const { sweepEngine } = await import('../../workspace/runs/sweep-engine.ts');
  const front = await sweepEngine.front(await target.folder.writer(), document.getText(), target.uri.fsPath);
  const picked =
    front.length > 1
      ? await window.showQuickPick(front, {
          placeHolder: l10n.t('No point is the best in both figures. Which one?'),
        })
      : front[0];
  if (!picked) return;
  await applyEdits(document, picked.edits);
  window.setStatusBarMessage(`$(star) ${picked.label}`, 5000);
}
