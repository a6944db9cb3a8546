import { Command, Option } from 'commander';
import { UserError } from '../../base/user-error.ts';
import { exitCodes } from '../complain.ts';
import type { CommandMaker } from '../program.ts';
import type { Terminal } from '../terminal.ts';

interface DevicesOptions {
  readonly json?: boolean;
  readonly install?: 'cuda';
  readonly remove?: 'cuda';
  readonly anyway?: boolean;
}

export const devicesCommand: CommandMaker = ({ terminal }, ended) =>
  new Command('devices')
    .description('What this machine can train on, what it cannot, and what to do about that.')
    .option('--json', 'print it as JSON')
    .addOption(
      new Option(
        '--install <library>',
        'bring what a device needs into the cache of this product, by the pip of this machine',
      ).choices(['cuda']),
    )
    .option('--anyway', 'install also where no driver is that could use it, as for the nodes of a cluster')
    .addOption(
      new Option('--remove <library>', 'remove what --install has brought')
        .choices(['cuda'])
        .conflicts(['install', 'json']),
    )
    .action(
      ended(async (options: DevicesOptions) => {
        if (options.install) return install(terminal, options.anyway ?? false);
        if (options.remove) return remove(terminal);
        const { out, outColors: colors } = terminal;
        // Loaded here, for no other command needs the native libraries that it looks at.
        const { listDevices } = await import('../../device/list-devices.ts');
        const devices = await listDevices();
        if (options.json) out(`${JSON.stringify(devices, null, 2)}\n`);
        else
          for (const { kind, available, name, detail, remedy } of devices) {
            const mark = available ? colors.green('✔') : colors.dim('–');
            out(`${mark} ${kind.padEnd(7)} ${name}\n`);
            for (const text of [detail, available ? undefined : remedy])
              if (text) out(`  ${' '.repeat(7)} ${colors.dim(text)}\n`);
          }
        return exitCodes.ok;
      }),
    );

async function install({ out, err }: Terminal, anyway: boolean) {
  const [{ driverProblem, examineDriver }, { downloadMegabytes, installCuda }] = await Promise.all([
    import('../../device/cuda/driver.ts'),
    import('../../device/cuda/install.ts'),
  ]);
  const problem = driverProblem(examineDriver());
  if (problem && !anyway)
    throw new UserError(`CUDA would be of no use here: ${problem.detail}.`, {
      remedy: `${problem.remedy} To install it all the same, as for other machines that share this folder, add --anyway.`,
    });
  if (problem) err(`Without use on this machine: ${problem.detail}.\n`);
  const megabytes = downloadMegabytes();
  if (megabytes !== undefined) err(`Loading ${megabytes} MB by pip, which takes what it has kept already.\n`);
  const stopped = new AbortController();
  const onInterrupt = () => stopped.abort();
  process.once('SIGINT', onInterrupt);
  try {
    out(`${await installCuda({ signal: stopped.signal, onLine: (line) => err(`${line}\n`) })}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    err('Stopped. What pip has loaded whole, it keeps for the next time.\n');
    return exitCodes.interrupted;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

async function remove({ out }: Terminal) {
  const { cudaFolder, removeInstallation } = await import('../../device/cuda/installation.ts');
  const folder = cudaFolder();
  out((await removeInstallation()) ? `Removed ${folder}\n` : `There is no ${folder}\n`);
  return exitCodes.ok;
}
