import { z } from 'zod';

/** The column of the texts, or of the two texts of a pair; see {@link textColumnsApart}. */
export const textColumns = {
  textColumn: z.string().min(1).default('text').describe('Column of the texts. Default "text".'),
  textColumns: z
    .array(z.string().min(1))
    .length(2)
    .optional()
    .describe(
      'Two columns whose texts go together, in place of textColumn: question and answer, premise and hypothesis. The tokenizer’s template for pairs joins them, with token types where the model knows them; of a pair that is longer than maxLength the longer text is cut first.',
    ),
};

interface Columns {
  readonly textColumn: string;
  readonly textColumns?: readonly string[] | undefined;
  readonly labelColumn?: string | undefined;
}

/** Holds that texts are named once, and labels by a column of their own. */
export function textColumnsApart(config: Columns, context: z.RefinementCtx): void {
  const { textColumn, textColumns: pair, labelColumn } = config;
  if (pair === undefined) return;
  const refuse = (message: string, remedy: string) =>
    context.addIssue({
      code: 'custom',
      path: ['textColumns'],
      message,
      params: { code: 'contradiction', remedy },
    });
  if (textColumn !== 'text')
    refuse('Both "textColumn" and "textColumns" name columns of texts.', 'Take one of the two away.');
  const all = [...pair, ...(labelColumn === undefined ? [] : [labelColumn])];
  const twice = all.find((column, at) => all.indexOf(column) !== at);
  if (twice !== undefined)
    refuse(
      `The column "${twice}" is named twice.`,
      'Name two columns of texts, and another one as "labelColumn".',
    );
}
