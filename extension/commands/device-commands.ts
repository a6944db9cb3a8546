import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  ConfigurationTarget,
  type Disposable,
  env,
  l10n,
  ProgressLocation,
  type TerminalOptions,
  version,
  window,
  workspace,
} from 'vscode';
import type { Services } from '../services.ts';
import { readSetting } from '../settings.ts';

/** Looks at everything a run needs, writes what it finds to the log, and says whether something is amiss. */
export async function checkEnvironment({
  log,
  deviceReports,
  folders,
  context,
  commandLine,
}: Services): Promise<readonly string[]> {
  const findings: string[] = [];
  await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Checking the environment') },
    async () => {
      log.info(
        `Distillery ${context.extension.packageJSON.version}, VS Code ${version} (${env.appHost}), Node ${process.versions.node}, ${process.platform} ${process.arch}`,
      );
      for (const file of [commandLine.path])
        if (!(await canBe(file, constants.R_OK)))
          findings.push(l10n.t('{0} is missing: install the extension again.', file));
      try {
        for (const { kind, name, available, detail, remedy } of await deviceReports.refresh()) {
          log.info(
            `${kind}: ${name}, ${available ? 'available' : 'not available'}. ${detail} ${remedy ?? ''}`,
          );
          if (kind === 'cpu' && !available) findings.push([detail, remedy].filter(Boolean).join(' '));
        }
      } catch (error) {
        findings.push(l10n.t('Devices cannot be looked up: {0}', firstLine(error)));
      }
      for (const { dataDirectory, failure, folder } of folders.all) {
        if (failure) findings.push(`${folder.name}: ${failure.message}`);
        const place = (await isThere(dataDirectory)) ? dataDirectory : dirname(dataDirectory);
        if ((await isThere(place)) && !(await canBe(place, constants.W_OK)))
          findings.push(l10n.t('{0} cannot be written; runs of {1} have no place.', place, folder.name));
        log.info(`${folder.name}: ${dataDirectory}`);
      }
      if (!workspace.isTrusted) findings.push(l10n.t('This folder is not trusted, so nothing runs in it.'));
    },
  );
  for (const finding of findings) log.warn(finding);
  const show = l10n.t('Show Log');
  const message =
    findings.length === 0
      ? window.showInformationMessage(l10n.t('Everything a run needs is there.'), show)
      : window.showWarningMessage(findings.join(' '), show);
  void message.then((answer) => {
    if (answer === show) log.show();
  });
  return findings;
}

const canBe = (file: string, mode: number) =>
  access(file, mode).then(
    () => true,
    () => false,
  );
const isThere = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );
const firstLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split('\n').slice(0, 3).join(' ');

/** Picks what runs use from now on, among what is really here. */
export async function chooseDevice({ deviceReports, log }: Services): Promise<void> {
  const current = readSetting('distillery.device');
  const items = [
    { label: l10n.t('What the experiment says'), value: 'experiment', detail: '', available: true },
    {
      label: l10n.t('Automatic'),
      value: 'auto',
      detail: l10n.t('The best device that is really there'),
      available: true,
    },
  ];
  const list = deviceReports.list().then(
    (reports) =>
      reports.map(({ kind, name, available, detail, remedy }) => ({
        label: available ? name : `$(circle-slash) ${name}`,
        available,
        value: kind as string,
        detail: available ? detail : [detail, remedy].filter(Boolean).join(' '),
      })),
    (error: unknown) => {
      log.error('looking for devices', error);
      return [{ label: 'CPU', value: 'cpu', detail: '', available: true }];
    },
  );
  const choices = list.then((devices) =>
    [...items, ...devices].map((item) => ({
      ...item,
      description: item.value === current ? l10n.t('current') : '',
    })),
  );
  const picked = await window.showQuickPick(choices, { placeHolder: l10n.t('Which device do runs use?') });
  if (!picked) return;
  if (!picked.available) {
    const anyway = l10n.t('Choose Anyway');
    const answer = await window.showWarningMessage(
      l10n.t('Runs cannot use {0} here.', picked.value),
      { modal: true, detail: l10n.t('{0} Every run would fail until that is mended.', picked.detail) },
      anyway,
    );
    if (answer !== anyway) return;
  }
  const target = workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
  await workspace.getConfiguration().update('distillery.device', picked.value, target);
}

/**
 * Brings the libraries that NVIDIA's GPUs need, in a terminal: more than a gigabyte is loaded, and what pip says is for the
 * user to see and to stop. Devices are looked at anew when it has ended.
 */
export async function installCuda({ commandLine, deviceReports }: Services): Promise<void> {
  const install = l10n.t('Install');
  const answer = await window.showInformationMessage(
    l10n.t('Install the CUDA libraries for runs on NVIDIA GPUs?'),
    {
      modal: true,
      detail: l10n.t(
        'pip loads about 1.2 GB into a folder of Distillery in your cache, which can be removed as a whole. Nothing else is changed.',
      ),
    },
    install,
  );
  if (answer !== install) return;
  const options: TerminalOptions = {
    name: l10n.t('CUDA Libraries'),
    shellPath: process.execPath,
    shellArgs: [commandLine.path, 'devices', '--install', 'cuda'],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  };
  const terminal = window.createTerminal(options);
  terminal.show();
  const closing: Disposable = window.onDidCloseTerminal((closed) => {
    if (closed !== terminal) return;
    closing.dispose();
    deviceReports.forget();
  });
}
