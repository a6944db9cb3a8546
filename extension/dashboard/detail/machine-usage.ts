import type { MachineUsage, Usage } from '../../../webview/protocol/detail.ts';
import { readUsage } from '../../workspace/device-usage.ts';
import { ProcessMeter } from '../../workspace/process-usage.ts';

/** Workers that were looked at: the load of one is what it did since the last look. */
const meters = new Map<number, ProcessMeter>();
const mostMeters = 32;

/** What this machine and one of its workers do just now. */
export async function machineUsage(pid: number): Promise<MachineUsage> {
  const meter = meters.get(pid) ?? new ProcessMeter(pid);
  if (meters.size >= mostMeters) meters.clear();
  meters.set(pid, meter);
  const [{ processor, gpus }, worker] = await Promise.all([readUsage(), meter.read()]);
  return { processor: told(processor), gpus: gpus.map(told), worker };
}

function told(usage: Awaited<ReturnType<typeof readUsage>>['processor']): Usage {
  return {
    name: usage.name,
    load: usage.load === undefined ? null : usage.load / 100,
    memoryUsed: usage.memoryUsed ?? null,
    memoryTotal: usage.memoryTotal ?? null,
    power: usage.power ?? null,
  };
}
