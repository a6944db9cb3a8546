/** How a dashboard is set, as VS Code and the memory of the workspace keep it: plain data that the page reads with care. */
export interface KeptView {
  /** Names the dashboard, for as long as it is open. */
  readonly panel: string;
  /** When it was set so, in milliseconds since 1970. */
  readonly at: number;
  readonly state: Readonly<Record<string, unknown>>;
}

/** The name of the meta element in which the host hands the page what it remembers. */
export const keptViewName = 'kept-view';

/** What was kept, where it has that shape. */
export function keptViewOf(value: unknown): KeptView | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { panel, at, state } = value as Partial<Record<keyof KeptView, unknown>>;
  if (typeof panel !== 'string' || typeof at !== 'number' || typeof state !== 'object' || state === null)
    return undefined;
  return { panel, at, state: state as KeptView['state'] };
}

/** What the page goes by: of what VS Code and the host keep of it the later. */
export function latestView(own: unknown, handed: string | null): KeptView {
  const mine = keptViewOf(own);
  const given = keptViewOf(parsed(handed));
  if (!mine || (given && (given.panel !== mine.panel || given.at > mine.at)))
    return given ?? { panel: '', at: 0, state: {} };
  return mine;
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
