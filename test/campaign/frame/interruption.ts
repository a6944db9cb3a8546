/** A second signal within this is the same one: npm passes on what the terminal has said to all already. */
const sameMs = 2000;

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Hears that somebody wants this process to end, so that it can say first what it has done. Who asks once more is not made
 * to wait.
 * @returns a signal whose reason, once it is aborted, is the code to exit with
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let heard = 0;
  for (const [name, code] of Object.entries(codes) as [keyof typeof codes, number][])
    process.on(name, () => {
      if (controller.signal.aborted && performance.now() - heard > sameMs) process.exit(code);
      if (controller.signal.aborted) return;
      heard = performance.now();
      controller.abort(code);
    });
  return controller.signal;
}

/** What a promise resolves to; undefined as soon as it is interrupted. */
export function unlessInterrupted<T>(
  promise: Promise<T>,
  stop: AbortSignal | undefined,
): Promise<T | undefined> {
  if (!stop) return promise;
  if (stop.aborted) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const interrupted = () => resolve(undefined);
    stop.addEventListener('abort', interrupted, { once: true });
    promise.then(resolve, reject).finally(() => stop.removeEventListener('abort', interrupted));
  });
}
