/** What a device is doing just now. Bytes; load in percent; power in watts. */
interface Usage {
  readonly name: string;
  readonly load?: number;
  readonly memoryUsed?: number;
  readonly memoryTotal?: number;
  readonly power?: number;
}

export interface DeviceUsage {
  readonly processor: Usage;
  readonly gpus: readonly Usage[];
}

const mebibyte = 1024 * 1024;

/** Asks the system; GPUs tell their use where their driver's tools are installed. */
export async function readUsage(): Promise<DeviceUsage> {
  // Bundled from CommonJS, all of it is the default export.
  const loaded = await import('systeminformation');
  const { cpu, currentLoad, graphics, mem } =
    'default' in loaded ? (loaded.default as typeof loaded) : loaded;
  const [{ brand }, load, memory, { controllers }] = await Promise.all([
    cpu(),
    currentLoad(),
    mem(),
    graphics(),
  ]);
  return {
    processor: { name: brand, load: load.currentLoad, memoryUsed: memory.active, memoryTotal: memory.total },
    gpus: controllers
      .filter(({ utilizationGpu, memoryUsed }) => utilizationGpu != null || memoryUsed != null)
      .map(({ name, model, utilizationGpu, memoryUsed, memoryTotal, powerDraw }) => ({
        name: name ?? model,
        load: utilizationGpu,
        memoryUsed: memoryUsed && memoryUsed * mebibyte,
        memoryTotal: memoryTotal && memoryTotal * mebibyte,
        power: powerDraw,
      })),
  };
}
