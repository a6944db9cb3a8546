/**
 * Compiles what tests start as processes.
 * @param name of the folder, for whoever needs one that others leave alone
 * @returns the folder they are in
 */
export function compileTestPrograms(name?: string): Promise<string>;
