import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { profileInto, removeProfiles } from './observed-sessions.ts';
import { Stepper } from './stepper.ts';
import type { Workload } from './workloads.ts';

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds, as `dur` is. */
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly input_type_shape?: Record<string, number[]>[] };
}

const steps = 10;

/** The first steps meet memory that was never touched. */
const warmUp = 5;

/** Prints where the time of a step goes: by operator, and the nodes that take longest with their operands' shapes. */
export async function profile(workload: Workload, threads: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'distillery-profile-'));
  profileInto(directory);
  try {
    const stepper = await Stepper.open(workload, threads);
    await stepper.time(warmUp + steps);
    await stepper.close();
    // Sessions of one use, such as those that read results back, have profiles too.
    const profiles = readdirSync(directory).map((file) => readEvents(join(directory, file)));
    print(
      workload,
      threads,
      profiles.reduce((longest, events) => (events.length > longest.length ? events : longest)),
    );
  } finally {
    profileInto(undefined);
    removeProfiles(directory);
  }
}

function readEvents(file: string): ProfileEvent[] {
  const text = readFileSync(file, 'utf8').trim();
  if (!text.endsWith(']')) return [];
  const events = JSON.parse(text) as ProfileEvent[];
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  const warm = runs[warmUp]?.ts ?? 0;
  return events.filter(({ cat, name, ts }) => cat === 'Node' && name.endsWith('_kernel_time') && ts >= warm);
}

function print(workload: Workload, threads: number, events: readonly ProfileEvent[]): void {
  const operators = summed(events, ({ args }) => args?.op_name ?? '?');
  const nodes = summed(events, ({ name, args }) => {
    const shapes = (args?.input_type_shape ?? []).map((operand) => `[${Object.values(operand)[0]}]`);
    return `${args?.op_name} ${shapes.join(' ')} ${name.replace(/_kernel_time$/, '')}`;
  });
  const total = operators.reduce((sum, [, time]) => sum + time, 0);
  console.log(`\n${workload.title}, ${threads} threads: ${total.toFixed(1)} ms a step in operators`);
  for (const [name, time, count] of operators.slice(0, 12))
    console.log(`  ${time.toFixed(2).padStart(8)} ms  ${name} × ${count / steps}`);
  console.log('  longest nodes');
  for (const [name, time] of nodes.slice(0, 24)) console.log(`  ${time.toFixed(2).padStart(8)} ms  ${name}`);
}

/** Milliseconds a step and counts, by a key; the longest first. */
function summed(
  events: readonly ProfileEvent[],
  keyOf: (event: ProfileEvent) => string,
): [key: string, milliseconds: number, count: number][] {
  const sums = new Map<string, [number, number]>();
  for (const event of events) {
    const key = keyOf(event);
    const [time, count] = sums.get(key) ?? [0, 0];
    sums.set(key, [time + event.dur / 1000 / steps, count + 1]);
  }
  return [...sums]
    .map(([key, [time, count]]): [string, number, number] => [key, time, count])
    .sort((a, b) => b[1] - a[1]);
}
