// What npm's registry knows to be wrong with packages that are shipped. `npm audit --omit=dev` would look at what npm calls
// dependencies only, but most of what users get is bundled, and development dependencies in npm's eyes.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/**
 * @param {unknown} report of `npm audit --json`
 * @param {readonly import('./shipped.mjs').ShippedPackage[]} packages
 * @returns the advisories on what is shipped, or why nothing is known
 */
export function advisoriesOn(packages, report) {
  if (typeof report !== 'object' || report === null || !('vulnerabilities' in report))
    return { unknown: report?.statusCode ? `it answers ${report.statusCode}` : 'npm audit gave no report' };
  const shipped = new Set(packages.map(({ place }) => place));
  const found = Object.values(report.vulnerabilities).filter(({ nodes }) =>
    nodes.some((place) => shipped.has(place)),
  );
  return {
    found: found.map(({ name, severity, range, via, fixAvailable }) => ({
      name,
      severity,
      range,
      titles: via.map((cause) =>
        typeof cause === 'string' ? `by way of ${cause}` : `${cause.title} ${cause.url}`,
      ),
      isFixed: Boolean(fixAvailable),
    })),
  };
}

/** Asks npm; what it answers is for {@link advisoriesOn}. */
export function askNpm() {
  const { stdout } = spawnSync('npm', ['audit', '--json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 120_000,
    shell: process.platform === 'win32',
  });
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}
