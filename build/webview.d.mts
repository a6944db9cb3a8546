export function bundleWebview(outdir: string): Promise<void>;
export const webviewFolder: string;
