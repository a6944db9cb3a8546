/** As papers write them. */
const symbols: Readonly<Record<string, string>> = {
  learningRate: 'lr',
  temperature: 'T',
  alpha: 'α',
  batchSize: 'batch',
  hiddenSize: 'width',
  labelledSubset: 'labels',
};

/** A setting where there is little room: `learningRate`, `0.001` as `lr 0.001`; `confidence`, `0.9` as `conf. 0.9`. */
export function shortSetting(name: string, value: string): string {
  return `${symbols[name] ?? (name.length > 6 ? `${name.slice(0, 4)}.` : name)} ${value}`;
}
