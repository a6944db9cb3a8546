import { taskNames, taskRecords } from '../../experiment/tasks/all.ts';
import { isScore, type ScoreName, scoreRecords } from '../../experiment/tasks/scores.ts';
import { formatNumber, formatPercent } from '../formatting.ts';

/** The scores that show how good a model is where accuracy does not. */
const shown: readonly ScoreName[] = [
  ...new Set(taskNames.map((name): string => taskRecords[name].shownBy).filter(isScore)),
];

type Known = { readonly [K in 'accuracy' | ScoreName]?: number | null | undefined };

/** The figure that there is room for where there is room for one, by which of them were measured. */
export const headlineKey = (known: (key: ScoreName) => boolean): 'accuracy' | ScoreName =>
  shown.find(known) ?? 'accuracy';

/** A model's figure where there is room for one only, with its name in small letters: 'accuracy', '97.1 %'. */
export function headline(figures: Known): { readonly name: string; readonly text: string } {
  const key = headlineKey((one) => typeof figures[one] === 'number');
  if (key === 'accuracy') return { name: key, text: formatPercent(figures.accuracy) };
  const { label, written } = scoreRecords[key];
  return { name: label, text: (written === 'share' ? formatPercent : formatNumber)(figures[key]) };
}

/** The same without a name where it is an accuracy: '97.1 %', 'R² 0.83'. */
export function headlineText(figures: Known): string {
  const { name, text } = headline(figures);
  return name === 'accuracy' ? text : `${name} ${text}`;
}
