import type { Browser, Frame } from 'playwright-core';

/**
 * For the page of VS Code: from Enter on looks into its webview in each frame, until runs are there and painted. From
 * outside, since a webview's document is written anew after scripts of its own have run.
 */
export const watchForRuns = `addEventListener('keydown', ({ key }) => {
  if (key !== 'Enter') return;
  window.runsPainted = undefined;
  const entered = performance.now();
  const look = () => {
    const outer = document.querySelector('iframe.webview.ready')?.contentDocument;
    const inner = outer?.querySelector('iframe#active-frame')?.contentDocument;
    if (!inner?.querySelector('.line.run')) requestAnimationFrame(look);
    else requestAnimationFrame(() => setTimeout(() => { window.runsPainted = performance.now() - entered; }));
  };
  look();
}, true)`;

/** Milliseconds from each frame to the next, while `work` goes on. */
export async function recordFrames(frame: Frame, work: () => Promise<void>): Promise<number[]> {
  await frame.evaluate(`(() => {
    const frames = [];
    let last;
    const next = (time) => {
      if (last !== undefined) frames.push(time - last);
      last = time;
      if (window.recordedFrames === frames) requestAnimationFrame(next);
    };
    window.recordedFrames = frames;
    requestAnimationFrame(next);
  })()`);
  await work();
  return (await frame.evaluate(
    '(() => { const frames = window.recordedFrames; window.recordedFrames = undefined; return frames; })()',
  )) as number[];
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/**
 * Processor time of the longest task of the thread that draws, in milliseconds, while `work` goes on: unlike the time from
 * frame to frame, what else runs on the machine hardly changes it.
 */
export async function longestTask(browser: Browser, work: () => Promise<void>): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', { traceConfig: { includedCategories: ['toplevel', '__metadata'] } });
  await work();
  const complete = new Promise((done) => session.once('Tracing.tracingComplete', done));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  const threads = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(
    ({ name, pid, tid }) => name.endsWith('RunTask') && threads.has(`${pid} ${tid}`),
  );
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur), 0) / 1000;
}

export function frameReport(frames: readonly number[], task: number): string {
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(0);
  const slow = sorted.filter((ms) => ms > 50).length;
  return `median ${at(0.5)} ms, 99 % ${at(0.99)} ms, worst ${at(1)} ms; ${slow} of ${sorted.length} over 50 ms;\nlongest task ${task.toFixed(0)} ms of processor time`;
}
