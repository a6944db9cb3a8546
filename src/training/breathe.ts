const interval = 50;
let last = 0;

/**
 * Lets timers and signals be heard. Computing blocks the thread and its promises resolve without leaving it, so a loop
 * over steps would otherwise starve them for as long as it lasts.
 */
export async function breathe(): Promise<void> {
  const now = performance.now();
  if (now - last < interval) return;
  last = now;
  await new Promise((resolve) => setImmediate(resolve));
}
