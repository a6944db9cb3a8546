import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { OrtSession } from '../../src/device/runtime/session.ts';
import type { SessionOptions } from '../../src/device/runtime/session-options.ts';

/** What ONNX Runtime has been asked to do since the start. */
export const observed = { compiled: 0, runMilliseconds: 0 };

let profilePrefix: string | undefined;

/** Counts the sessions compiled from now on, and the time spent in them. Call before the first is made. */
export function observeSessions(): void {
  const create = OrtSession.create.bind(OrtSession);
  OrtSession.create = async (model: Uint8Array | string, options: SessionOptions = {}) => {
    observed.compiled++;
    const profiling = profilePrefix ? { profilePrefix: `${profilePrefix}-${observed.compiled}` } : {};
    const session = await create(model, { ...options, ...profiling });
    const run = session.runInOrder.bind(session);
    session.runInOrder = (...given) => {
      const start = performance.now();
      try {
        return run(...given);
      } finally {
        observed.runMilliseconds += performance.now() - start;
      }
    };
    return session;
  };
}

/** Sessions made from now on write what each operator took to files in this directory, when they are released. */
export function profileInto(directory: string | undefined): void {
  profilePrefix = directory && join(directory, 'profile');
}

export function removeProfiles(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
