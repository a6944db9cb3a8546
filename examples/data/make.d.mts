/** The text of a table of this folder. */
export function tableText(name: string, count?: number): string;
