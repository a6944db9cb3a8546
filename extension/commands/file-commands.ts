import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { commands, env, l10n, type MessageItem, Uri, window, workspace } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import type { Services } from '../services.ts';
import { targetExperiment, targetRuns } from './targets.ts';

const completed = { states: ['completed'] } as const;

export async function openRunFolder(services: Services, ...args: unknown[]): Promise<void> {
  const run = (await targetRuns(services, args, {}, l10n.t('Which run’s folder?')))?.[0];
  if (run) await reveal(Uri.file(run.record.directory));
}

export async function openLog(services: Services, ...args: unknown[]): Promise<void> {
  const run = (await targetRuns(services, args, {}, l10n.t('Which run’s log?')))?.[0];
  if (!run) return;
  const log = Uri.file(join(run.record.directory, 'worker.log'));
  if (!(await exists(log)))
    throw new UserError(l10n.t('This run has no log yet: its worker has not been started.'));
  await window.showTextDocument(log, { preview: true });
}

export async function revealStudent(services: Services, ...args: unknown[]): Promise<void> {
  const run = (await targetRuns(services, args, completed, l10n.t('Which run’s student?')))?.[0];
  if (run) await reveal(await studentOf(run.record.directory));
}

/** In the explorer of the window where the folder belongs to it, else in that of the system, else by its path. */
export async function reveal(uri: Uri): Promise<void> {
  if (workspace.getWorkspaceFolder(uri)) {
    await commands.executeCommand('revealInExplorer', uri);
    return;
  }
  if (env.remoteName === undefined) await commands.executeCommand('revealFileInOS', uri);
  else {
    await env.clipboard.writeText(uri.fsPath);
    void window.showInformationMessage(l10n.t('The path was copied: {0}', uri.fsPath));
  }
}

async function studentOf(directory: string): Promise<Uri> {
  const student = Uri.file(join(directory, 'student'));
  if (await exists(student)) return student;
  throw new UserError(l10n.t('This run has no student.'), {
    remedy: l10n.t('Resume it, or run the experiment again.'),
  });
}

export async function openExperiment(services: Services, clicked?: unknown): Promise<void> {
  const target = await targetExperiment(services, clicked, l10n.t('Which experiment?'));
  if (target) await window.showTextDocument(target.uri);
}

/** The command that does in a terminal what Run does here. */
export async function copyCliCommand(services: Services, clicked?: unknown): Promise<void> {
  const node = clicked as { kind?: string } | undefined;
  let words: string[];
  if (node?.kind === 'run' || typeof clicked === 'string') {
    const run = (await targetRuns(services, [clicked], {}, l10n.t('Which run?')))?.[0];
    if (!run) return;
    words = ['show', run.record.id, '--data-dir', run.folder.dataDirectory];
  } else {
    const target = await targetExperiment(services, clicked, l10n.t('Which experiment?'));
    if (!target) return;
    words = ['run', target.uri.fsPath, '--data-dir', target.folder.dataDirectory];
  }
  const command = ['node', services.commandLine.path, ...words].map(quoted).join(' ');
  await env.clipboard.writeText(command);
  const open: MessageItem = { title: l10n.t('Open Terminal') };
  void window.showInformationMessage(l10n.t('The command was copied.'), open).then((answer) => {
    if (answer !== open) return;
    const terminal = window.createTerminal('Distillery');
    terminal.show();
    terminal.sendText(command, false);
  });
}

/** Quoted for the shell where it needs to be. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return process.platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}

export const exists = (uri: Uri): Promise<boolean> =>
  stat(uri.fsPath).then(
    () => true,
    () => false,
  );

export const nameOf = (uri: Uri): string => basename(uri.path).replace(/\.distill\.json$/, '');
