import type { Finding, JsonPath } from '../experiment/parsing/problem.ts';

/** @param why as what follows a colon: 'only images are changed at random' */
export function unusedOption(path: JsonPath, why: string): Finding {
  const name = String(path.at(-1));
  return {
    message: `"${name}" does nothing here: ${why}.`,
    remedy: 'Remove it.',
    path,
    at: 'key',
    severity: 'warning',
    code: 'unused-option',
    fix: { title: `Remove "${name}"`, path, remove: true },
  };
}
