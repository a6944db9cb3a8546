import type { Tokenizer } from '../data/text/tokenizer.ts';
import { compareVocabularies, describeDifference } from '../data/text/vocabularies.ts';
import type { Finding, JsonPath } from '../experiment/problem.ts';

/** What makes ids of the texts of a dataset. */
export interface DataTokens {
  readonly tokens: Tokenizer['tokens'];
  /** Every id is below it. */
  readonly vocabulary: number;
  /** Whose tokenizer it is, where the experiment names none. */
  readonly from?: ModelRole;
}

export type ModelRole = 'teacher' | 'student' | 'model to be made smaller';

/** A model that is there already, and reads those ids. */
export interface ReadingModel {
  readonly role: ModelRole;
  /** Where the experiment names it. */
  readonly path: JsonPath;
  /** Rows of its vocabulary. */
  readonly rows?: number;
  /** What it was trained with, where it says so. */
  readonly tokens?: Tokenizer['tokens'];
}

/** Whether each model means by the ids of the data what the data means by them. */
export const tokenizerFindings = (data: DataTokens, models: readonly ReadingModel[]): Finding[] => {
  const agrees = models.some(
    ({ tokens }) => tokens && compareVocabularies(data.tokens, tokens).difference === undefined,
  );
  return models.flatMap((model) => findingsOn(data, model, agrees));
};

/** @param agrees whether another model means the same as the data */
function findingsOn(data: DataTokens, model: ReadingModel, agrees: boolean): Finding[] {
  const { role, rows, tokens } = model;
  const compared = tokens && compareVocabularies(data.tokens, tokens);
  if (compared?.difference) {
    const told = describeDifference(
      compared.difference,
      data.from ? `the ${data.from}` : 'the data',
      `the ${role}`,
    );
    return [
      {
        message: data.from
          ? `The ${data.from} and the ${role} were trained with different tokens: ${told}.`
          : `The ${role} was trained with other tokens than the dataset’s tokenizer makes: ${told}.`,
        remedy: data.from
          ? `Choose a ${role} with the tokenizer of the ${data.from}.`
          : agrees
            ? `Choose a ${role} with this tokenizer.`
            : 'Leave "tokenizer" of the dataset out: that of the checkpoint is taken then.',
        path: data.from ? model.path : ['dataset', 'tokenizer'],
        severity: 'error',
        code: 'tokenizer',
      },
    ];
  }
  const beyond = rows !== undefined && data.vocabulary > rows ? firstBeyond(data, rows) : undefined;
  if (beyond !== undefined)
    return [
      {
        message: `The ${role} has rows for ${rows} tokens, but the tokenizer makes ids up to ${data.vocabulary - 1}: ${beyond} is the first without a row.`,
        remedy: `Take the tokenizer that belongs to the ${role}, or a checkpoint whose embeddings were resized to it.`,
        path: model.path,
        severity: 'error',
        code: 'tokens-without-rows',
      },
    ];
  if (!compared || compared.unknown.length === 0) return [];
  const shown = compared.unknown.slice(0, 3).map((token) => JSON.stringify(token));
  return [
    {
      message: `The ${role} was trained without ${compared.unknown.length} of the tokens that the dataset’s tokenizer makes: ${shown.join(', ')}${compared.unknown.length > 3 ? ' …' : ''}. Their rows mean nothing to it yet.`,
      remedy: 'Take the tokenizer that lies beside the checkpoint.',
      path: model.path,
      severity: 'warning',
      code: 'tokenizer',
    },
  ];
}

function firstBeyond({ tokens }: DataTokens, rows: number): string | undefined {
  let first: [string, number] | undefined;
  for (const entry of tokens) if (entry[1] >= rows && !(first && first[1] <= entry[1])) first = entry;
  return first && `${JSON.stringify(first[0])} (id ${first[1]})`;
}
