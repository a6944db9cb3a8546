import { oneLine } from '../../formatting.ts';
import { shortSetting } from '../../short-setting.ts';
import { tellingLabels } from '../../telling-labels.ts';

/** A beginning that names of experiments often share: words up to a comma, a colon or a dash. */
const lead = /^[^,:;–—(]{1,40}(?:[,:;]| [–—-]) (?=\S)/;

export interface LabelParts {
  readonly name: string;
  /** The settings that tell experiments of one name apart, in parentheses; empty where there are none. */
  readonly settings: string;
}

/**
 * Names of models cut to what a picture has room for. A name cut by itself may lose just what tells it from the others,
 * so first goes what they share, then the names of settings, whose values stay; and no two different ones read the same.
 * @param signs at most so many in a line
 * @param settingSigns at most so many in a line that settings have of their own; absent: they have none
 */
export function shortLabels(labels: readonly string[], signs: number, settingSigns?: number): string[] {
  const whole = labels.map((label) => oneLine(label, 2000));
  const fits = (text: string) => [...text].length <= signs;
  if (whole.every(fits)) return whole;
  const shared = sharedLead(whole, fits);
  const telling = tellingLabels(whole);
  const cut = whole.map((label) => {
    if (fits(label)) return label;
    const rest = shared !== '' && label.startsWith(shared) ? `…${label.slice(shared.length)}` : label;
    if (fits(rest)) return rest;
    const parts = partsOf(rest);
    return parts.settings === '' ? telling(label, fits) : fitted(parts, signs, settingSigns);
  });
  return distinct(cut, whole, (label) => telling(label, fits), signs, settingSigns);
}

/** What at least two labels begin with, and each that is too long. */
function sharedLead(labels: readonly string[], fits: (label: string) => boolean): string {
  const long = labels.filter((label) => !fits(label));
  const start = lead.exec(long[0] ?? '')?.[0] ?? '';
  const alike = labels.filter((label) => label.startsWith(start));
  return alike.length > 1 && long.every((label) => label.startsWith(start)) ? start : '';
}

/** The name of a model and the settings that its label has in parentheses. */
export function partsOf(label: string): LabelParts {
  const at = label.indexOf(' (');
  return at > 0 && label.endsWith(')')
    ? { name: label.slice(0, at), settings: label.slice(at + 2, -1) }
    : { name: label, settings: '' };
}

function fitted({ name, settings }: LabelParts, signs: number, settingSigns?: number): string {
  const written = [settings, abbreviated(settings), valuesOf(settings)].map((text) => `(${text})`);
  if (settingSigns !== undefined) {
    const fitting =
      written.find((text) => [...text].length <= settingSigns) ?? oneLine(written[2]!, settingSigns);
    return `${oneLine(name, signs)}\n${fitting}`;
  }
  // The name keeps at least half of the room.
  const room = signs - 1 - Math.min(name.length, Math.ceil(signs / 2));
  const fitting = written.find((text) => [...text].length <= room) ?? oneLine(written[2]!, room);
  return `${oneLine(name, signs - 1 - [...fitting].length)} ${fitting}`;
}

const settingsOf = (settings: string) => settings.split(', ');

/** `learningRate 0.001` as `lr 0.001`, `confidence 0.9` as `conf. 0.9`. */
const abbreviated = (settings: string) =>
  settingsOf(settings)
    .map((one) => {
      const [, name = '', value = ''] = /^([a-zA-Z]+) (.*)$/.exec(one) ?? [];
      if (name === '') return one;
      return shortSetting(name, value);
    })
    .join(', ');

const valuesOf = (settings: string) =>
  settingsOf(settings)
    .map((one) => one.replace(/^[a-zA-Z]+ (?=\S)/, ''))
    .join(', ');

/** Cuts those that still read the same although they are not to what tells them apart, and numbers what is left. */
function distinct(
  cut: readonly string[],
  whole: readonly string[],
  telling: (label: string) => string,
  signs: number,
  settingSigns = signs,
): string[] {
  const sameAs = ownersOf(cut, whole);
  const told = cut.map((text, index) => (sameAs(text).length === 1 ? text : telling(whole[index]!)));
  const stillSame = ownersOf(told, whole);
  return cut.map((text, index) => {
    if (stillSame(told[index]!).length === 1) return told[index]!;
    const mark = ` #${sameAs(text).indexOf(whole[index]!) + 1}`;
    const last = text.lastIndexOf('\n') + 1;
    const room = last > 0 ? settingSigns : signs;
    return `${text.slice(0, last)}${oneLine(text.slice(last), room - mark.length)}${mark}`;
  });
}

/** The different labels of which a text is made. */
function ownersOf(texts: readonly string[], whole: readonly string[]): (text: string) => string[] {
  const owners = new Map<string, Set<string>>();
  for (const [index, text] of texts.entries())
    owners.set(text, (owners.get(text) ?? new Set()).add(whole[index]!));
  return (text) => [...owners.get(text)!];
}
