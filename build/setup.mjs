// Makes a fresh clone ready: installs the packages of package-lock.json, once per state of that file.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { keepSqlite, keptSqlite } from './compiled-sqlite.mjs';

const root = resolve(import.meta.dirname, '..');
const stamp = join(root, 'node_modules', '.distillery-setup');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform} ${process.arch} ${process.versions.modules}`)
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('Installing packages (the first time takes a minute or two) …');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      // ONNX Runtime's install script fetches CUDA libraries from outside the registry and fails without them.
      ONNXRUNTIME_NODE_INSTALL: process.env.ONNXRUNTIME_NODE_INSTALL ?? 'skip',
      ...nodeHeaders(),
      ...keptSqlite,
    },
  });
  if (npm.status !== 0) {
    console.error(
      'Installing the packages failed; the lines above say why. Mend that and run the same command again.',
    );
    process.exit(npm.status ?? 1);
  }
  keepSqlite();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Where sqlite3 has no prebuilt binary at hand it compiles; headers that lie beside Node spare a download. */
function nodeHeaders() {
  const prefix = resolve(dirname(process.execPath), '..');
  const present = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
  return present && !process.env.npm_config_nodedir ? { npm_config_nodedir: prefix } : {};
}
