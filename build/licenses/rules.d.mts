export function licenseProblem(expression: string): string | undefined;
