import { UserError } from '../base/user-error.ts';

/** Why a device that was named cannot be used. */
export const deviceProblem = (kind: string, detail: string, remedy: string | undefined): UserError =>
  new UserError(`The device '${kind}' cannot be used: ${detail}.`, { remedy });

/** Whether a run failed for want of its device, by what was told of it: another run on this device would fail too. */
export const isDeviceProblem = (message: string): boolean =>
  /^The device '\w+' cannot be used: /.test(message);
