/** The environment with which a program and all that it starts load a hook first. */
export function hooked(hook: 'calls' | 'clock', wish: object): Readonly<Record<string, string>> {
  const file = new URL(`./${hook}.mjs`, import.meta.url);
  const variable = hook === 'calls' ? 'DISTILLERY_FAULT' : 'DISTILLERY_CLOCK';
  return {
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${JSON.stringify(file.href)}`.trim(),
    [variable]: JSON.stringify(wish),
  };
}

/** How many calls each program made whose name stands in a file that the hook `calls` wrote. */
export function countsIn(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, program, calls] of text.matchAll(/^(\S+) (\d+)$/gm))
    counts.set(program!, Math.max(counts.get(program!) ?? 0, Number(calls)));
  return counts;
}
