import { recipeDifferences } from '../../data/text/tokenizer-json/recipe.ts';
import {
  type SpecialTokens,
  specialTokensDifferences,
  specialTokensOf,
} from '../../data/text/tokenizers/special-tokens.ts';
import type { Tokenizer } from '../../data/text/tokenizers/tokenizer.ts';
import { compareVocabularies, describeDifference } from '../../data/text/tokenizers/vocabularies.ts';
import type { Finding, JsonPath } from '../../experiment/parsing/problem.ts';
import { type AskedTask, taskRecord } from '../../experiment/tasks/all.ts';

/** What makes ids of the texts of a dataset. */
export interface DataTokens {
  readonly tokens: Tokenizer['tokens'];
  /** Every id is below it. */
  readonly vocabulary: number;
  /** How texts are cut into them, where that is known. */
  readonly files?: Tokenizer['files'];
  /** What stands around every text, where that is known. */
  readonly special?: SpecialTokens;
  /** Where the experiment names it; left out: as the tokenizer of the dataset. */
  readonly path?: JsonPath;
  /** Whether texts are continued: then models of different tokens can learn from each other. */
  readonly continues?: boolean;
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
  readonly files?: Tokenizer['files'];
  readonly special?: SpecialTokens;
}

/** What a tokenizer makes of texts of a task, to be held against others. */
export const tokensOf = (
  { tokens, vocabulary, files, ...tokenizer }: Tokenizer,
  task: AskedTask,
): DataTokens => ({
  tokens,
  vocabulary,
  files,
  special: specialTokensOf(tokenizer, task),
  continues: taskRecord(task).continuesTexts,
});

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
        remedy: `${remedyOf(data, model, agrees)}${data.continues && data.from ? each : ''}`,
        path: placeOf(data, model),
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
  return [...onRecipes(data, model, agrees), ...onUnknown(model, compared?.unknown ?? [])];
}

const placeOf = ({ from, path: named }: DataTokens, { path }: ReadingModel): JsonPath =>
  from ? path : (named ?? ['dataset', 'tokenizer']);

/** What is left where both are to stay as they are. */
const each =
  ' Or let each read its own tokens: strategy "sequence" with "across": "gold" or "uld" compares answers over the text that both cut alike.';

function remedyOf({ from }: DataTokens, { role }: ReadingModel, agrees: boolean): string {
  if (from) return `Choose a ${role} with the tokenizer of the ${from}.`;
  return agrees
    ? `Choose a ${role} with this tokenizer.`
    : 'Leave "tokenizer" of the dataset out: that of the checkpoint is taken then.';
}

/** The same tokens, but other ids for the same text. */
function onRecipes(data: DataTokens, model: ReadingModel, agrees: boolean): Finding[] {
  const { role } = model;
  const names = [data.from ? `the ${data.from}` : 'the data', `the ${role}`] as const;
  const recipes = data.files && model.files ? recipeDifferences(data.files, model.files, names) : [];
  const around =
    data.special && model.special
      ? specialTokensDifferences(data.special, model.special, data.tokens, names)
      : [];
  const told = [...recipes.map((difference) => difference.told), ...around].join('; ');
  if (told === '') return [];
  const cuts = recipes.some((difference) => difference.cuts);
  const sides = data.from ? `The ${data.from} and the ${role}` : `The dataset’s tokenizer and the ${role}’s`;
  return [
    {
      message: `${sides} have the same tokens, but ${
        cuts
          ? 'cut texts into them by other rules'
          : around.length > 0
            ? 'put other special tokens around every text'
            : `read some texts differently, so that the ${role} gets other ids than it was trained with`
      }: ${told}.`,
      remedy: remedyOf(data, model, agrees),
      path: placeOf(data, model),
      severity: cuts || around.length > 0 ? 'error' : 'warning',
      code: 'tokenizer',
    },
  ];
}

function onUnknown({ role, path }: ReadingModel, unknown: readonly string[]): Finding[] {
  if (unknown.length === 0) return [];
  const shown = unknown.slice(0, 3).map((token) => JSON.stringify(token));
  return [
    {
      message: `The ${role} was trained without ${unknown.length} of the tokens that the dataset’s tokenizer makes: ${shown.join(', ')}${unknown.length > 3 ? ' …' : ''}. Their rows mean nothing to it yet.`,
      remedy: 'Take the tokenizer that lies beside the checkpoint.',
      path,
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
