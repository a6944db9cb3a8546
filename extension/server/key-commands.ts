import { l10n, window } from 'vscode';
import type { Services } from '../services.ts';
import { ServerKeys } from './keys.ts';

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Keeps the key of a server in VS Code’s secret storage, under the name that experiments give it. */
export async function setServerKey({ context }: Services): Promise<void> {
  const keys = new ServerKeys(context);
  const name = await window.showInputBox({
    title: l10n.t('Set Key of a Server'),
    prompt: l10n.t('The name that experiments give the key in "keyFrom".'),
    value: keys.names[0] ?? 'OPENAI_API_KEY',
    validateInput: (text) =>
      variableName.test(text.trim())
        ? undefined
        : l10n.t(
            'Letters, digits and underscores, such as OPENAI_API_KEY. The key itself is asked for next.',
          ),
  });
  if (name === undefined) return;
  const key = await window.showInputBox({
    title: l10n.t('Key {0}', name.trim()),
    prompt: l10n.t('It is kept in VS Code’s secret storage, and goes to the workers of your runs alone.'),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? l10n.t('Paste the key.') : undefined),
  });
  if (key === undefined) return;
  await keys.set(name.trim(), key.trim());
  window.setStatusBarMessage(l10n.t('The key {0} is kept.', name.trim()), 5000);
}

export async function forgetServerKey({ context }: Services): Promise<void> {
  const keys = new ServerKeys(context);
  if (keys.names.length === 0) {
    void window.showInformationMessage(l10n.t('No key of a server is kept.'));
    return;
  }
  const name = await window.showQuickPick(keys.names, { title: l10n.t('Which key is to be forgotten?') });
  if (name === undefined) return;
  await keys.forget(name);
  window.setStatusBarMessage(l10n.t('The key {0} is forgotten.', name), 5000);
}
