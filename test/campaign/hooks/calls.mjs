// Loaded before a program by --import: counts the calls by which it changes files and, at one of them, kills the process
// or lets the disk be full from there on. DISTILLERY_FAULT says what is wanted, as JSON:
//   {"count": FILE}                                appends the program's name and how many calls it made
//   {"program": NAME, "nth": N, "how": HOW}        HOW: "before", "torn" (half of what is written), "after"
//   {"nth": N, "how": "full", "shared": FILE}      no room from the N-th call on, of all programs together
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const wish = JSON.parse(process.env.DISTILLERY_FAULT ?? '{}');
const self = basename(process.argv[1] ?? '');
const concerned = wish.program === undefined || wish.program === self;
const original = { append: fs.appendFileSync, write: fs.writeSync, stat: fs.statSync };
let calls = 0;

/** Calls that change files; of those that open one only such as make it or write to it. */
const names = [
  'write',
  'writev',
  'open',
  'rename',
  'unlink',
  'rm',
  'rmdir',
  'mkdir',
  'fsync',
  'fdatasync',
  'ftruncate',
];
names.push('truncate', 'link', 'copyFile', 'writeFile', 'appendFile');
const needsRoom = new Set([
  'write',
  'writev',
  'mkdir',
  'link',
  'copyFile',
  'writeFile',
  'appendFile',
  'open',
]);

const changes = (name, given) =>
  name !== 'open' ||
  (typeof given[1] === 'number'
    ? (given[1] & (fs.constants.O_CREAT | fs.constants.O_TRUNC)) !== 0
    : /[wa+]/.test(given[1] ?? 'r'));
/** What is printed is no file. */
const isStream = (name, given) =>
  (name === 'write' || name === 'writev') && (given[0] === 1 || given[0] === 2);

const die = () => process.kill(process.pid, 'SIGKILL');

function noRoom(name) {
  if (wish.how !== 'full' || !needsRoom.has(name)) return undefined;
  original.append(wish.shared, '.');
  if (original.stat(wish.shared).size < wish.nth) return undefined;
  return Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), {
    code: 'ENOSPC',
    errno: -28,
    syscall: name,
  });
}

/** Whether this is the call at which the process is to die. */
const isIt = () => concerned && wish.how !== undefined && wish.how !== 'full' && calls === wish.nth;

/** @param half makes the call with half of what it would write */
function around(name, given, call, half) {
  if (!changes(name, given) || isStream(name, given)) return call();
  calls++;
  const problem = noRoom(name);
  if (problem) throw problem;
  if (!isIt() || wish.how === 'after') return call();
  if (wish.how === 'torn' && half) half();
  die();
  return call();
}

/** Half of the bytes of a write to a descriptor, wherever the call would put them. */
function halfWrite([descriptor, data, offset, length, position]) {
  const bytes =
    typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const from = typeof data === 'string' || typeof offset !== 'number' ? 0 : offset;
  const size = typeof length === 'number' && typeof data !== 'string' ? length : bytes.length - from;
  const at = typeof data !== 'string' && typeof position === 'number' ? position : null;
  original.write(descriptor, bytes, from, size >> 1, at);
}

const dieAfter = () => {
  if (isIt() && wish.how === 'after') die();
};

for (const name of names) {
  const sync = fs[`${name}Sync`];
  fs[`${name}Sync`] = (...given) => {
    const result = around(
      name,
      given,
      () => sync(...given),
      name === 'write' ? () => halfWrite(given) : undefined,
    );
    dieAfter();
    return result;
  };
  const later = fs[name];
  fs[name] = Object.assign((...given) => {
    const callback = given.at(-1);
    if (typeof callback !== 'function') return later(...given);
    try {
      return around(
        name,
        given,
        () =>
          later(...given.slice(0, -1), (...said) => {
            dieAfter();
            callback(...said);
          }),
        name === 'write' ? () => halfWrite(given.slice(0, -1)) : undefined,
      );
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
      return process.nextTick(callback, error);
    }
  }, later);
  const promised = fs.promises[name];
  if (promised)
    fs.promises[name] = async (...given) => {
      const result = await around(name, given, () => promised(...given));
      dieAfter();
      return result;
    };
}

// Handles of fs/promises write by themselves.
const handle = await fs.promises.open(process.execPath);
const methods = Object.getPrototypeOf(handle);
await handle.close();
for (const [method, name] of [
  ['write', 'write'],
  ['writev', 'writev'],
  ['writeFile', 'writeFile'],
  ['sync', 'fsync'],
  ['datasync', 'fdatasync'],
  ['truncate', 'ftruncate'],
]) {
  const own = methods[method];
  methods[method] = async function (...given) {
    const half = method === 'write' ? () => halfWrite([this.fd, ...given]) : undefined;
    const result = await around(name, [this.fd, ...given], () => own.apply(this, given), half);
    dieAfter();
    return result;
  };
}
syncBuiltinESMExports();
if (wish.count !== undefined) process.on('exit', () => original.append(wish.count, `${self} ${calls}\n`));
