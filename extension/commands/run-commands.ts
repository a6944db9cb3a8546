import { l10n, ProgressLocation, type Uri, window, workspace } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import type { DeviceChoice } from '../../src/experiment/schema/schema.ts';
import { activeStates } from '../../src/worker/directory/run-states.ts';
import { agreeToServer } from '../server/agreement.ts';
import type { Services } from '../services.ts';
import { readSetting } from '../settings.ts';
import { exportAfterRun } from '../workspace/export-setting.ts';
import type { RunFolder } from '../workspace/runs/run-folder.ts';
import { requireData } from './get-data.ts';
import { parseSeeds, showSeeds } from './seeds.ts';
import { targetExperiment, targetRuns } from './targets.ts';

const resumable = { resumable: true } as const;
const active = { states: activeStates } as const;

export async function run(services: Services, clicked?: unknown): Promise<string[] | undefined> {
  const target = await targetExperiment(services, clicked, l10n.t('Which experiment is to run?'));
  return target && startRuns(services, target.folder, target.uri);
}

export async function runWithSeeds(services: Services, clicked?: unknown): Promise<string[] | undefined> {
  const target = await targetExperiment(services, clicked, l10n.t('Which experiment is to run?'));
  if (!target) return undefined;
  const text = await window.showInputBox({
    title: l10n.t('Seeds'),
    prompt: l10n.t('One run for each seed, for example “1, 2, 3” or “1-5”.'),
    value: showSeeds(await usedSeeds(target.folder, target.uri)),
    validateInput: (input) => {
      const parsed = parseSeeds(input);
      return 'message' in parsed ? parsed.message : undefined;
    },
  });
  if (text === undefined) return undefined;
  const parsed = parseSeeds(text);
  return 'seeds' in parsed ? startRuns(services, target.folder, target.uri, parsed.seeds) : undefined;
}

/** Seeds that come next: a verdict wants new ones, not the same again. */
async function usedSeeds(folder: RunFolder, uri: Uri): Promise<number[]> {
  const runs = await folder.list({ file: uri.fsPath, limit: 100 });
  const highest = Math.max(0, ...runs.map(({ seed }) => seed));
  return [highest + 1, highest + 2, highest + 3];
}

/** Queues behind whatever waits, and says so; the run is not waited for. */
export async function queue(services: Services, clicked?: unknown): Promise<string[] | undefined> {
  const target = await targetExperiment(services, clicked, l10n.t('Which experiment is to be queued?'));
  if (!target) return undefined;
  const ids = await startRuns(services, target.folder, target.uri);
  if (!ids) return undefined;
  const waiting = target.folder.tally.states.queued ?? 0;
  window.setStatusBarMessage(
    `$(layers) ${
      ids.length === 1
        ? l10n.t('1 run queued, {0} waiting', waiting)
        : l10n.t('{0} runs queued, {1} waiting', ids.length, waiting)
    }`,
    5000,
  );
  return ids;
}

/** Checks the experiment as it stands in the editor, saves it, and makes its runs. Ids of the runs. */
export async function startRuns(
  services: Services,
  folder: RunFolder,
  uri: Uri,
  seeds?: readonly number[],
): Promise<string[] | undefined> {
  if (!workspace.isTrusted)
    throw new UserError(l10n.t('This folder is not trusted, so nothing runs in it.'), {
      remedy: l10n.t('Trust it by “Workspaces: Manage Workspace Trust”.'),
    });
  return services.folders.making(folder, async () => {
    const document = workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
    if (document?.isDirty && !(await document.save())) return undefined;
    if (!(await requireData(services, uri))) return undefined;
    const device = readSetting('distillery.device', uri);
    const ids = await window.withProgress(
      { location: ProgressLocation.Window, title: l10n.t('Checking the experiment') },
      async () => {
        const { runEngine } = await import('../workspace/runs/run-engine.ts');
        const devices = () => services.deviceReports.list();
        return runEngine.runsFromFile(await folder.writer(), uri.fsPath, {
          checker: services.checking,
          devices,
          agree: agreeToServer,
          export: exportAfterRun(uri),
          ...(seeds && { seeds }),
          ...(device !== 'experiment' && { device: device as DeviceChoice }),
        });
      },
    );
    if (!ids) return undefined;
    services.cautions.tell(folder, ids);
    await services.notices.await(ids);
    await folder.look();
    return ids;
  });
}

export async function stop(services: Services, ...args: unknown[]): Promise<void> {
  const runs = await targetRuns(services, args, active, l10n.t('Which run is to stop?'), true);
  if (!runs) return;
  const { runEngine } = await import('../workspace/runs/run-engine.ts');
  for (const { folder, record } of runs) {
    services.notices.expectEnd(record.id);
    await runEngine.stopRun(await folder.writer(), record.id);
    await folder.look();
  }
}

export async function resume(services: Services, ...args: unknown[]): Promise<void> {
  const runs = await targetRuns(services, args, resumable, l10n.t('Which run is to go on?'), true);
  if (!runs) return;
  const { runEngine } = await import('../workspace/runs/run-engine.ts');
  for (const { folder, record } of runs) {
    await services.folders.making(folder, async () => {
      await runEngine.resumeRun(await folder.writer(), record.id);
      await services.notices.await([record.id]);
      await folder.look();
    });
  }
}
