import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';

/** What ONNX Runtime has been asked to do since the start. */
export const observed = { compiled: 0, runMilliseconds: 0 };

interface Observed {
  readonly session: InferenceSession;
  runs: number;
}

const sessions: Observed[] = [];
let profilePrefix: string | undefined;

/** Counts the sessions compiled from now on, and the time spent in them. Call before the first is made. */
export function observeSessions(): void {
  const create = InferenceSession.create.bind(InferenceSession) as (
    ...parameters: unknown[]
  ) => Promise<InferenceSession>;
  const observing = async (model: unknown, options: InferenceSession.SessionOptions) => {
    observed.compiled++;
    const profiling = profilePrefix
      ? { enableProfiling: true, profileFilePrefix: `${profilePrefix}-${observed.compiled}` }
      : {};
    const session = await create(model, { ...options, ...profiling });
    const entry: Observed = { session, runs: 0 };
    sessions.push(entry);
    const run = session.run.bind(session) as (
      ...parameters: unknown[]
    ) => ReturnType<InferenceSession['run']>;
    session.run = async (...parameters: unknown[]) => {
      const start = performance.now();
      try {
        return await run(...parameters);
      } finally {
        // Runs whose outputs are written in place end by an error of the binding.
        observed.runMilliseconds += performance.now() - start;
        entry.runs++;
      }
    };
    return session;
  };
  (InferenceSession as { create: unknown }).create = observing;
}

/** Sessions made from now on write what each operator took to files in this directory. */
export function profileInto(directory: string | undefined): void {
  profilePrefix = directory && join(directory, 'profile');
  sessions.length = 0;
}

/** Ends profiling of the session that has run most often. */
export function endBusiestProfile(): void {
  const [busiest] = [...sessions].sort((a, b) => b.runs - a.runs);
  busiest?.session.endProfiling();
}

export function removeProfiles(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
