import { type ConfigurationScope, l10n } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import type { ExportPlan } from '../../src/export/export-model.ts';
import { formats, precisions } from '../../src/export/forms.ts';
import type { SettingId } from '../contributions/settings.ts';
import { readSetting } from '../settings.ts';

/**
 * What runs that are started here export of themselves, as the settings say; undefined where they say nothing.
 * @throws UserError where they name nothing that can be exported
 */
export function exportAfterRun(scope: ConfigurationScope): ExportPlan | undefined {
  if (readSetting('distillery.export.afterRun', scope) !== true) return undefined;
  return {
    formats: chosen('distillery.export.formats', scope, formats),
    precisions: chosen('distillery.export.precisions', scope, precisions),
  };
}

/** Anybody may write anything into a settings file. */
function chosen<Name extends string>(
  id: Extract<SettingId, `distillery.export.${string}`>,
  scope: ConfigurationScope,
  all: Readonly<Record<Name, unknown>>,
): Name[] {
  const names: unknown = readSetting(id, scope);
  const list: unknown[] = Array.isArray(names) ? [...new Set(names)] : [];
  const known = list.filter((name): name is Name => typeof name === 'string' && Object.hasOwn(all, name));
  if (known.length > 0 && known.length === list.length) return known;
  throw new UserError(l10n.t('The setting {0} names something that cannot be exported, or nothing.', id), {
    remedy: l10n.t('Choose among {0}, or turn off distillery.export.afterRun.', Object.keys(all).join(', ')),
  });
}
