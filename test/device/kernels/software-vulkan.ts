import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findChromium } from '../../machine/chromium.ts';
import { lacks } from '../../machine/lacks.ts';

const driverName = 'vk_swiftshader_icd.json';

/**
 * Environment in which a process finds the software Vulkan device that Debian's chromium package carries, so that GPU
 * code runs where there is no GPU.
 * @returns a sentence saying why not, where there is none.
 */
export function softwareVulkan(): NodeJS.ProcessEnv | string {
  if (process.platform !== 'linux')
    return lacks('a software Vulkan device', 'it is looked for on Linux only');
  const driver = driverFiles().find((file) => existsSync(file));
  if (!driver)
    return lacks(
      'a software Vulkan device',
      `Chromium brings one (${driverName}); VK_DRIVER_FILES can name another`,
    );
  const directory = mkdtempSync(join(tmpdir(), 'distillery-vulkan-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const env: NodeJS.ProcessEnv = { ...process.env, VK_DRIVER_FILES: driver, XDG_RUNTIME_DIR: directory };
  // Chromium brings Vulkan's loader as well. Only that: its other libraries must not take the place of the system's.
  const loader = join(dirname(driver), 'libvulkan.so.1');
  if (existsSync(loader)) {
    symlinkSync(loader, join(directory, 'libvulkan.so.1'));
    env.LD_LIBRARY_PATH = [directory, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  }
  return env;
}

function driverFiles(): string[] {
  if (process.env.VK_DRIVER_FILES) return [process.env.VK_DRIVER_FILES];
  const listed = ['chromium', 'chromium-common'].flatMap((name) => {
    const { stdout } = spawnSync('dpkg', ['-L', name], { encoding: 'utf8' });
    return (stdout ?? '').split('\n');
  });
  const usual = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
  return [
    ...listed.filter((file) => file.endsWith(driverName)),
    ...usual.map((folder) => join(folder, driverName)),
    ...[findChromium() ?? []].flat().map((file) => join(dirname(file), driverName)),
  ];
}
