import type { Frame } from 'playwright-core';

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

export function frameReport(frames: readonly number[]): string {
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(0);
  const slow = sorted.filter((ms) => ms > 50).length;
  return `median ${at(0.5)} ms, 99 % ${at(0.99)} ms, worst ${at(1)} ms; ${slow} of ${sorted.length} over 50 ms`;
}
