import { basename, join } from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import type { Commands } from '../../webview/protocol/messages.ts';
import type { FoundRun } from '../workspace/runs/run-folders.ts';
import type { Comparisons } from './comparisons.ts';

type Format = Commands['saveReport']['format'];

const forms: Readonly<Record<Format, { readonly ending: string; readonly label: () => string }>> = {
  html: { ending: 'html', label: () => l10n.t('Web page') },
  csv: { ending: 'csv', label: () => 'CSV' },
  markdown: { ending: 'md', label: () => 'Markdown' },
  latex: { ending: 'tex', label: () => l10n.t('LaTeX table') },
  json: { ending: 'json', label: () => 'JSON' },
};

/** Asks where to, and writes a report on the runs. */
export async function saveReport(
  runs: readonly FoundRun[],
  format: Format,
  comparisons: Comparisons,
): Promise<Uri | undefined> {
  if (runs.length === 0) throw new UserError(l10n.t('There is no run to report on.'));
  const { ending, label } = forms[format];
  const target = await askWhere(`comparison.${ending}`, { [label()]: [ending] });
  if (!target) return undefined;
  const { learningCurvesOf } = await import('../workspace/learning-curves.ts');
  const curves = format === 'html' ? await learningCurvesOf(runs) : undefined;
  const text = await comparisons.report(
    runs.map(({ record }) => record),
    format,
    curves,
  );
  return write(target, Buffer.from(text));
}

/** Asks where to, and writes what the page made: a picture. */
export async function saveFile({
  fileName,
  content,
  encoding,
}: Commands['saveFile']): Promise<Uri | undefined> {
  // The name is a proposal; a path in it would be none of the page's business.
  const name = basename(fileName.replaceAll('\\', '/')) || 'picture';
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1];
  const target = await askWhere(name, ending ? { [ending.toUpperCase()]: [ending] } : undefined);
  return target && write(target, Buffer.from(content, encoding));
}

function askWhere(name: string, filters: Record<string, string[]> | undefined) {
  const root = workspace.workspaceFolders?.[0]?.uri.fsPath;
  return window.showSaveDialog({
    ...(root !== undefined && { defaultUri: Uri.file(join(root, name)) }),
    ...(filters && { filters }),
    title: l10n.t('Save'),
  });
}

async function write(target: Uri, bytes: Uint8Array): Promise<Uri> {
  await workspace.fs.writeFile(target, bytes).then(undefined, (error: unknown) => {
    throw new UserError(l10n.t('{0} cannot be written.', target.fsPath), {
      remedy: error instanceof Error ? error.message : undefined,
      cause: error,
    });
  });
  const open = l10n.t('Open');
  void window.showInformationMessage(l10n.t('Saved to {0}.', target.fsPath), open).then(async (answer) => {
    if (answer !== open) return;
    const { commands, env } = await import('vscode');
    if (/\.html?$/.test(target.path) && env.remoteName === undefined) await env.openExternal(target);
    else await commands.executeCommand('vscode.open', target);
  });
  return target;
}
