import { l10n } from 'vscode';

const most = 100;
const largest = 2 ** 31 - 1;

/** Reads "1, 2, 3" or "1-5"; each seed once, in the order written. */
export function parseSeeds(text: string): { seeds: number[] } | { message: string } {
  const seeds = new Set<number>();
  const parts = text.split(/[,\s]+/).filter(Boolean);
  if (parts.length === 0) return { message: l10n.t('Write at least one seed, such as 1.') };
  for (const part of parts) {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined)
      return { message: l10n.t('“{0}” is no seed. Write whole numbers such as 1, 2, 3 or 1-5.', part) };
    const from = Number(first);
    const to = Number(last ?? first);
    if (to < from) return { message: l10n.t('“{0}” runs backwards; write {1}-{2}.', part, to, from) };
    if (to > largest) return { message: l10n.t('Seeds go up to {0}.', largest) };
    if (to - from >= most) return { message: l10n.t('At most {0} seeds at once.', most) };
    for (let seed = from; seed <= to; seed++) seeds.add(seed);
  }
  if (seeds.size > most) return { message: l10n.t('At most {0} seeds at once.', most) };
  return { seeds: [...seeds] };
}

export const showSeeds = (seeds: readonly number[]): string => seeds.join(', ');
