import { deviceProblem } from '../device/device-problem.ts';
import type { DeviceReport } from '../device/list-devices.ts';
import type { DeviceChoice } from '../experiment/schema/schema.ts';
import type { Check } from './context.ts';

/** Which devices are here. Looking takes seconds, so it is done only for an experiment that may name one that is not. */
export type DeviceLookup = () => Promise<readonly DeviceReport[]>;

/** Whether a device may be missing; the others are everywhere. */
export const mayBeMissing = (choice: DeviceChoice): boolean => choice !== 'auto' && choice !== 'cpu';

/** What is said of a device that was named and cannot be used here; undefined where it can be. */
async function unavailable(choice: DeviceChoice, devices: DeviceLookup) {
  if (!mayBeMissing(choice)) return undefined;
  const report = (await devices()).find(({ kind }) => kind === choice);
  return report && !report.available ? deviceProblem(choice, report.detail, report.remedy) : undefined;
}

/**
 * For a device that was named beside the experiment, before run after run fails on it.
 * @throws UserError if it cannot be used here.
 */
export async function requireDevice(choice: DeviceChoice, devices: DeviceLookup): Promise<void> {
  const problem = await unavailable(choice, devices);
  if (problem) throw problem;
}

/** A device that the experiment names and that is not here. */
export const checkDevice: Check = async ({ experiment, devices }) => {
  const problem = devices && (await unavailable(experiment.device, devices));
  if (!problem) return [];
  const otherwise = 'Or write "auto", which takes the best device that is there.';
  return [
    {
      message: problem.message,
      remedy: [problem.remedy, otherwise].filter(Boolean).join(' '),
      path: ['device'],
      severity: 'error',
      code: 'device-missing',
      fix: { title: 'Write "auto"', path: ['device'], value: 'auto' },
    },
  ];
};
