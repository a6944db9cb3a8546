// Where sqlite3's binary cannot be downloaded it is compiled, for a minute of one core. The compiled one is kept in the
// user's cache, where the next clone finds it: sqlite3's installer (prebuild-install) looks into a folder that it is told
// before it downloads anything, tries what it finds there, and compiles where that does not load.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const installed = resolve(import.meta.dirname, '../node_modules/sqlite3');
const cache = process.env.DISTILLERY_TEST_CACHE ?? join(homedir(), '.cache', 'distillery');
const usual = join(cache, 'sqlite3');

/** For the environment of npm: where its installer looks first. */
export const keptSqlite = { npm_config_sqlite3_local_prebuilds: usual };

/**
 * Keeps the binary, if it was compiled here. What goes wrong costs no more than the next clone's minute.
 * @param {string} sqlite the package as it is installed
 * @param {string} folder to keep it in
 */
export function keepSqlite(sqlite = installed, folder = usual) {
  // A downloaded binary comes without what compiling leaves; with musl, names and binaries are others.
  const glibc = process.platform !== 'linux' || process.report.getReport().header.glibcVersionRuntime;
  if (!glibc || !existsSync(join(sqlite, 'build/config.gypi'))) return;
  try {
    const { version, binary } = JSON.parse(readFileSync(join(sqlite, 'package.json'), 'utf8'));
    const api = Math.max(...binary.napi_versions);
    const kept = join(folder, `sqlite3-v${version}-napi-v${api}-${process.platform}-${process.arch}.tar.gz`);
    const making = `${kept}.${process.pid}`;
    mkdirSync(folder, { recursive: true });
    const words = ['-czf', making, '-C', sqlite, 'build/Release/node_sqlite3.node'];
    if (spawnSync('tar', words).status === 0) renameSync(making, kept);
    else rmSync(making, { force: true });
  } catch {
    // A home that cannot be written.
  }
}
