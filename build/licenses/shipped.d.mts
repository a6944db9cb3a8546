/** A package of which users get something. */
export interface ShippedPackage {
  /** In package-lock.json, and on disk from the root on. */
  readonly place: string;
  readonly name: string;
  readonly version: string;
  /** As an SPDX expression; 'none' where the lock file names none. */
  readonly license: string;
}

export const listFile: string;
export function shippedPackages(
  metafiles: readonly { readonly outputs: Record<string, { readonly inputs: Record<string, unknown> }> }[],
): ShippedPackage[];
