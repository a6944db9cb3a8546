import { Command } from 'commander';
import { exitCodes } from '../complain.ts';
import type { CommandMaker } from '../program.ts';

export const devicesCommand: CommandMaker = ({ terminal }, ended) =>
  new Command('devices')
    .description('What this machine can train on, what it cannot, and what to do about that.')
    .option('--json', 'print it as JSON')
    .action(
      ended(async (options: { json?: boolean }) => {
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
