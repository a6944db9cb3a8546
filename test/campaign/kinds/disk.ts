import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StartOptions } from '../frame/command.ts';
import type { Kind } from '../frame/kind.ts';
import type { Random } from '../frame/random.ts';
import { hooked } from '../hooks/hooked.ts';
import { runsOf } from '../runs/data-directory.ts';
import type { Undisturbed } from '../runs/real-runs.ts';
import type { User } from '../runs/user.ts';

/** A disk that is full for a while. */
interface Disk {
  /** With which commands are given while it is full. */
  readonly options: StartOptions;
  /** Makes room, as if something else had been deleted. */
  makeRoom(): void;
  close(): void;
}

/**
 * Lets a run meet a full disk: beside an earlier run on a small file system where one may be mounted, else by refusing to
 * write. Then somebody looks, removes the earlier run or makes room, and goes on.
 */
export const disk: Kind = {
  name: 'disk',
  title: 'full disks: look, remove, go on',
  share: 2,
  async open(folder, { runs }) {
    return {
      async run(number, random) {
        const experiment = random.pick(runs.experiments);
        const undisturbed = await runs.undisturbed(experiment);
        const place = join(folder, `disk-${number}`);
        mkdirSync(place);
        const full = smallDisk(place, undisturbed, random) ?? refusingDisk(place, random);
        const dataDirectory = join(place, '.distillery');
        try {
          return await runs.try(
            experiment,
            number,
            async (user) => {
              await meetFullDisk(user, full, random);
              return { 'full disks': 1 };
            },
            { dataDirectory },
          );
        } finally {
          full.close();
        }
      },
      close: async () => {},
    };
  },
};

async function meetFullDisk(user: User, full: Disk, random: Random): Promise<void> {
  const [earlier] = await runsOf(user.dataDirectory);
  await user.run(full.options).ended;
  const looked = await user.start(['runs'], full.options).ended;
  if (looked.code !== 0 && existsSync(join(user.dataDirectory, 'runs')))
    user.fault('runs cannot be looked at on a full disk');
  if (earlier && !looked.out.includes(earlier.id)) user.fault('an earlier run is not shown on a full disk');
  if (earlier && random.chance(0.5)) {
    const removed = await user.start(['remove', earlier.id], full.options).ended;
    if (removed.code !== 0) user.fault('a run cannot be removed on a full disk');
    if (existsSync(join(user.dataDirectory, 'runs', earlier.id)))
      user.fault('a run that was removed is still there');
    full.makeRoom();
    // With room, the list forgets what was removed.
    await user.start(['runs']).ended;
  } else {
    full.makeRoom();
    // What was there before is unharmed; it goes, so that what is left is the run that met the full disk.
    if (earlier) {
      const shown = await user.start(['show', earlier.id]).ended;
      if (shown.code !== 0) user.fault('an earlier run was harmed by a full disk');
      await user.start(['remove', earlier.id]).ended;
    }
  }
}

/** A small file system with an earlier run, in which a second one has room for a part of what it writes. */
function smallDisk(place: string, { dataDirectory }: Undisturbed, random: Random): Disk | undefined {
  const needed = bytesOf(dataDirectory);
  const size = 2 * needed + Math.round(random.fraction() * needed) + (1 << 17);
  const mount = (...words: string[]) => execFileSync('mount', [...words, place], { stdio: 'ignore' });
  try {
    mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs');
  } catch {
    return undefined;
  }
  const own = join(place, '.distillery');
  cpSync(dataDirectory, own, { recursive: true });
  // A run that finds its teacher would write little.
  for (const name of ['teachers', 'cache']) if (existsSync(join(own, name))) fillFrom(own, name, place);
  const { bavail, bsize } = statfsSync(place);
  const left = Math.round(random.fraction() * Math.min(needed, bavail * bsize));
  writeFileSync(join(place, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - left), 1));
  return {
    options: {},
    makeRoom: () => mount('-o', `remount,size=${size + 64 * 2 ** 20}`),
    close: () => execFileSync('umount', ['-l', place], { stdio: 'ignore' }),
  };
}

/** Deletes a folder of a data directory by moving it aside, where its bytes still count. */
function fillFrom(dataDirectory: string, name: string, place: string): void {
  execFileSync('mv', [join(dataDirectory, name), join(place, `former-${name}`)]);
}

/** Refuses to write from some call on: what SQLite writes itself always finds room. */
function refusingDisk(place: string, random: Random): Disk {
  const shared = join(place, 'calls');
  writeFileSync(shared, '');
  return {
    options: { environment: hooked('calls', { how: 'full', nth: random.between(1, 250), shared }) },
    makeRoom: () => {},
    close: () => {},
  };
}

function bytesOf(folder: string): number {
  let bytes = 0;
  // As the file system counts: whole pages.
  for (const path of readdirSync(folder, { recursive: true }).map(String))
    bytes += 4096 * Math.ceil((statSync(join(folder, path)).size + 1) / 4096);
  return bytes;
}
