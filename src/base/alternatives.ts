/** Several things of which one is to be chosen, as a sentence names them: 'a, b or c'. */
export const alternatives = (items: readonly (string | number)[]): string =>
  items.join(', ').replace(/, ([^,]*)$/, ' or $1');
