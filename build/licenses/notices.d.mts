import type { ShippedPackage } from './shipped.mjs';

export function noticesOf(packages: readonly ShippedPackage[]): string;
