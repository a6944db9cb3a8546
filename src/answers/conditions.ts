import { z } from 'zod';

export const operators = ['=', '!=', '>', '>=', '<', '<=', ':'] as const;
export type Operator = (typeof operators)[number];

/** What is asked of the data themselves, which whoever can open them answers. */
export const dataConditionSchema = z.object({
  /** A column of the data; null: the text of a sample. */
  column: z.string().max(300).nullable(),
  operator: z.enum(operators),
  /** Any of them. */
  values: z.array(z.string().max(1000)).min(1).max(100),
  not: z.boolean(),
});
export type DataCondition = z.output<typeof dataConditionSchema>;

/** Whether a value of the data is what a condition asks for. Numbers are compared as numbers, all else as texts. */
export function meets(value: unknown, { operator, values, not }: DataCondition): boolean {
  return holds(value, operator, values) !== not;
}

function holds(value: unknown, operator: Operator, values: readonly string[]): boolean {
  const text = value === null || value === undefined ? '' : String(value);
  const alike = (other: string) =>
    text.toLowerCase() === other.toLowerCase() ||
    (text.trim() !== '' && other.trim() !== '' && Number(text) === Number(other));
  switch (operator) {
    case ':':
      return values.some((one) => text.toLowerCase().includes(one.toLowerCase()));
    case '=':
      return values.some(alike);
    case '!=':
      return !values.some(alike);
    default: {
      const [own, other] = [text.trim() === '' ? Number.NaN : Number(text), Number(values[0])];
      return compares(own, operator, other);
    }
  }
}

/** Whether two numbers lie so; never where one is none. */
export function compares(own: number, operator: Operator, other: number): boolean {
  switch (operator) {
    case '>':
      return own > other;
    case '>=':
      return own >= other;
    case '<':
      return own < other;
    case '<=':
      return own <= other;
    case '!=':
      return own < other || own > other;
    default:
      return own === other;
  }
}
