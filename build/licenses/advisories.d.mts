import type { ShippedPackage } from './shipped.mjs';

export interface Advisory {
  readonly name: string;
  readonly severity: string;
  readonly range: string;
  readonly titles: readonly string[];
  readonly isFixed: boolean;
}

export function advisoriesOn(
  packages: readonly ShippedPackage[],
  report: unknown,
): { readonly found: readonly Advisory[] } | { readonly unknown: string };
export function askNpm(): unknown;
