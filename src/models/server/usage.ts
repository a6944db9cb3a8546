import type { ServerConfig } from '../../experiment/schema/server-schema.ts';

/** What asking a server takes. */
export interface Usage {
  readonly requests: number;
  /** Tokens that it reads, and writes. */
  readonly input: number;
  readonly output: number;
}

export const noUsage: Usage = { requests: 0, input: 0, output: 0 };

export const sumOf = (one: Usage, other: Usage): Usage => ({
  requests: one.requests + other.requests,
  input: one.input + other.input,
  output: one.output + other.output,
});

/** Money; undefined where no price is given. */
export const costOf = (
  { input, output }: Pick<Usage, 'input' | 'output'>,
  { price }: Pick<ServerConfig, 'price'>,
): number | undefined => price && (input * price.input + output * price.output) / 1e6;

/** The limit of a budget that so much would go beyond; undefined where there is none. */
export function beyondBudget(
  used: Usage,
  server: Pick<ServerConfig, 'budget' | 'price'>,
): { readonly option: 'requests' | 'tokens' | 'cost'; readonly limit: string } | undefined {
  const { budget } = server;
  if (!budget) return undefined;
  if (budget.requests !== undefined && used.requests > budget.requests)
    return { option: 'requests', limit: `${grouped(budget.requests)} requests` };
  if (budget.tokens !== undefined && used.input + used.output > budget.tokens)
    return { option: 'tokens', limit: `${grouped(budget.tokens)} tokens` };
  const cost = costOf(used, server);
  if (budget.cost !== undefined && cost !== undefined && cost > budget.cost)
    return { option: 'cost', limit: moneyText(budget.cost, server) };
  return undefined;
}

/** 1234567 as 1,234,567. */
export const grouped = (count: number): string => Math.round(count).toLocaleString('en-US');

/** For people: 'USD 1.20', with as many digits as a small amount needs. */
export const moneyText = (amount: number, { price }: Pick<ServerConfig, 'price'>): string =>
  `${price?.currency ?? 'USD'} ${amount >= 1 || amount === 0 ? amount.toFixed(2) : amount.toPrecision(2)}`;

/** For people: '1,200 requests, 340,000 tokens read and 90,000 written, USD 1.20'. */
export function usageText(usage: Usage, server: Pick<ServerConfig, 'price'>): string {
  const cost = costOf(usage, server);
  return [
    `${grouped(usage.requests)} request${usage.requests === 1 ? '' : 's'}`,
    `${grouped(usage.input)} tokens read and ${grouped(usage.output)} written`,
    ...(cost === undefined ? [] : [moneyText(cost, server)]),
  ].join(', ');
}
