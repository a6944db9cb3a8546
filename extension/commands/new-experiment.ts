import { dirname } from 'node:path';
import { l10n, type QuickPickItem, Uri, window, workspace } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import type { Services } from '../services.ts';
import { usableImages } from '../workspace/found-images.ts';
import { bringDigits, digits } from '../workspace/ready-data.ts';
import { exists } from './file-commands.ts';
import { sampleFolder } from './sample-project.ts';
import { targetFolder } from './targets.ts';

/** Asks for a strategy and a name, writes a commented experiment and opens it. */
export async function newExperiment(services: Services): Promise<Uri | undefined> {
  const folder = await targetFolder(services);
  if (!folder) return undefined;
  const { experimentTemplate, templateDataset, templateStrategies } = await import(
    '../../src/experiment/editing/template.ts'
  );
  const items: (QuickPickItem & { kind_: string })[] = templateStrategies().map(
    ({ kind, description, formula }) => ({
      label: kind,
      detail: description,
      description: formula,
      kind_: kind,
    }),
  );
  const strategy = await window.showQuickPick(items, {
    title: l10n.t('New Experiment'),
    placeHolder: l10n.t('How is the student to learn?'),
    matchOnDetail: true,
  });
  if (!strategy) return undefined;
  const root = folder.folder.uri;
  const place = (name: string) => Uri.joinPath(root, `${name}.distill.json`);
  const name = await window.showInputBox({
    title: l10n.t('New Experiment'),
    prompt: l10n.t('Name of the file, without .distill.json'),
    value: await freeName(place, strategy.kind_),
    validateInput: async (text) => {
      if (!/^[\w][\w .-]*$/.test(text.trim()))
        return l10n.t('Write a file name of letters, digits, spaces, dots and hyphens.');
      return (await exists(place(text.trim()))) ? l10n.t('There is such a file already.') : undefined;
    },
  });
  if (name === undefined) return undefined;
  const uri = place(name.trim());
  const write = async () => {
    const images = await usableImages(uri);
    const text = experimentTemplate(strategy.kind_, name.trim(), images);
    if (images === digits && templateDataset(strategy.kind_, images) === digits.kind)
      await bringDigits(sampleFolder(services), dirname(uri.fsPath));
    await workspace.fs.writeFile(uri, Buffer.from(text));
  };
  await write().catch((error: unknown) => {
    throw new UserError(l10n.t('{0} cannot be written.', uri.fsPath), {
      remedy: l10n.t('Make the folder writable.'),
      cause: error,
    });
  });
  await window.showTextDocument(uri);
  return uri;
}

async function freeName(place: (name: string) => Uri, kind: string): Promise<string> {
  for (let count = 1; ; count++) {
    const name = count === 1 ? kind : `${kind}-${count}`;
    if (!(await exists(place(name)))) return name;
  }
}
