import { type ConfigurationScope, workspace } from 'vscode';
import type { SettingId, SettingValue } from './contributions/settings.ts';

/** Reads a setting; its default and type come from the table the manifest is made of. */
export function readSetting<Id extends SettingId>(id: Id, scope?: ConfigurationScope): SettingValue<Id> {
  return workspace.getConfiguration(undefined, scope).get(id) as SettingValue<Id>;
}
