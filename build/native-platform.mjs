// Which platform a native library was built for, by the head of its file.
import { readFileSync } from 'node:fs';

const elf = { 62: 'x64', 183: 'arm64' };
const mach = { 16777223: 'x64', 16777228: 'arm64' };
const pe = { 34404: 'x64', 43620: 'arm64' };

/** @returns for example 'linux-x64'; undefined for what is no library of a platform that is known here. */
export function platformOf(file) {
  const head = readFileSync(file).subarray(0, 4096);
  const named = (platform, arch) => arch && `${platform}-${arch}`;
  if (head.length < 64) return undefined;
  if (head.readUInt32BE(0) === 0x7f454c46) return named('linux', elf[head.readUInt16LE(18)]);
  if (head.readUInt32LE(0) === 0xfeedfacf) return named('darwin', mach[head.readUInt32LE(4)]);
  const signature = head.readUInt32LE(0x3c);
  if (head.readUInt16LE(0) !== 0x5a4d || signature > head.length - 6) return undefined;
  return named('win32', pe[head.readUInt16LE(signature + 4)]);
}
