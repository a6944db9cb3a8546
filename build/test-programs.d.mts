/** Compiles what tests start as processes. @returns the folder they are in */
export function compileTestPrograms(): Promise<string>;
