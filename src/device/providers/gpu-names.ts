import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

const vendors: Readonly<Record<string, string>> = {
  '0x10de': 'NVIDIA',
  '0x1002': 'AMD',
  '0x8086': 'Intel',
  '0x1af4': 'virtio',
};

/** Names of the graphics processors of this machine, as far as the system tells without special tools. */
export async function gpuNames(): Promise<string[]> {
  try {
    if (process.platform === 'linux') return linuxNames();
    if (process.platform === 'darwin') return await macNames();
    if (process.platform === 'win32') return await windowsNames();
  } catch {
    // A name is a courtesy; without it the kind of device is shown.
  }
  return [];
}

function linuxNames(): string[] {
  const nvidia = linesOf('/proc/driver/nvidia/gpus', (gpu) => `${gpu}/information`)
    .map((text) => /Model:\s*(.+)/.exec(text)?.[1]?.trim())
    .filter((name) => name !== undefined);
  if (nvidia.length > 0) return nvidia;
  return linesOf('/sys/class/drm', (card) => (/^card\d+$/.test(card) ? `${card}/device/vendor` : undefined))
    .map((vendor) => vendors[vendor.trim()])
    .filter((name) => name !== undefined)
    .map((name) => `${name} GPU`);
}

/** Contents of one file per entry of a folder; nothing where they cannot be read. */
function linesOf(folder: string, file: (entry: string) => string | undefined): string[] {
  try {
    return readdirSync(folder).flatMap((entry) => {
      const path = file(entry);
      return path ? [readFileSync(`${folder}/${path}`, 'utf8')] : [];
    });
  } catch {
    return [];
  }
}

async function macNames(): Promise<string[]> {
  const { stdout } = await run('system_profiler', ['SPDisplaysDataType', '-json']);
  const { SPDisplaysDataType: displays } = JSON.parse(stdout) as {
    SPDisplaysDataType: { sppci_model?: string }[];
  };
  return displays.flatMap(({ sppci_model: name }) => name ?? []);
}

async function windowsNames(): Promise<string[]> {
  const command = '(Get-CimInstance Win32_VideoController).Name';
  const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', command]);
  return stdout.split(/\r?\n/).filter((line) => line.trim() !== '');
}
