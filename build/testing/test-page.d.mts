export function bundleTestPage(outdir: string): Promise<void>;
