import type { DeviceLookup } from '../checks/device.ts';

let found: ReturnType<DeviceLookup> | undefined;

/** Which devices are here, looked up once. Loaded when it is asked for, as few experiments name a device. */
export const lookUpDevices: DeviceLookup = () => {
  found ??= import('../device/list-devices.ts').then(({ listDevices }) => listDevices());
  return found;
};
