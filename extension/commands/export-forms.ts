import { l10n, type Memento, type QuickPickItem, window } from 'vscode';
import type { ExportPlan } from '../../src/export/export-model.ts';
import { type Format, formats, hasPrecisions, type Precision, precisions } from '../../src/export/forms.ts';

/** Under this key the last choice is kept, for all windows. */
const key = 'distillery.export.forms';

interface Choice<Name extends string> {
  readonly descriptions: Readonly<Record<Name, string>>;
  readonly picked: readonly Name[];
  readonly step: number;
  readonly steps: number;
  readonly question: string;
}

/** Asks in which forms a student is to be written; those of the last time are ticked. Undefined where none is chosen. */
export async function chooseForms(memento: Memento): Promise<ExportPlan | undefined> {
  const before = rememberedForms(memento);
  const chosen = await chooseSeveral<Format>({
    descriptions: formats,
    picked: before.formats,
    step: 1,
    steps: 2,
    question: l10n.t('In which formats?'),
  });
  if (!chosen) return undefined;
  const stored = chosen.some(hasPrecisions)
    ? await chooseSeveral<Precision>({
        descriptions: descriptionsOf(precisions),
        picked: before.precisions,
        step: 2,
        steps: 2,
        question: l10n.t('How are the weights of ONNX and GGUF files to be stored?'),
      })
    : before.precisions;
  if (!stored) return undefined;
  const plan = { formats: chosen, precisions: stored };
  await memento.update(key, plan);
  return plan;
}

async function chooseSeveral<Name extends string>({
  descriptions,
  picked,
  step,
  steps,
  question,
}: Choice<Name>): Promise<Name[] | undefined> {
  const items = Object.entries<string>(descriptions).map(
    ([name, description]): QuickPickItem & { readonly name: Name } => ({
      label: name,
      description,
      picked: picked.includes(name as Name),
      name: name as Name,
    }),
  );
  const chosen = await window.showQuickPick(items, {
    title: l10n.t('Export Student ({0} of {1})', step, steps),
    placeHolder: question,
    canPickMany: true,
    matchOnDescription: true,
  });
  return chosen && chosen.length > 0 ? chosen.map(({ name }) => name) : undefined;
}

/** What was chosen last, as far as this version knows it; at first what runs in a browser. */
function rememberedForms(memento: Memento): ExportPlan {
  const kept = memento.get<{ readonly formats?: unknown; readonly precisions?: unknown }>(key);
  const known = knownOf(kept?.formats, formats);
  const stored = knownOf(kept?.precisions, precisions);
  return {
    formats: known.length > 0 ? known : ['transformers-js'],
    precisions: stored.length > 0 ? stored : ['fp32'],
  };
}

const knownOf = <Name extends string>(names: unknown, all: Readonly<Record<Name, unknown>>): Name[] =>
  Array.isArray(names) ? names.filter((name): name is Name => Object.hasOwn(all, name)) : [];

const descriptionsOf = <Name extends string>(
  all: Readonly<Record<Name, { readonly description: string }>>,
): Record<Name, string> =>
  Object.fromEntries(
    Object.entries<{ readonly description: string }>(all).map(([name, { description }]) => [
      name,
      description,
    ]),
  ) as Record<Name, string>;
