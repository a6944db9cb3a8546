import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { UserError } from '../base/user-error.ts';
import { timeLimited } from '../data/text/tokenizer-json/time-limit.ts';
import { storedTokenizer, tokenizerFileOf } from '../data/text/tokenizers/checkpoint-tokenizer.ts';

/** Phrases as people write them, on which readers of tokenizer.json disagree. */
export const phrases: readonly string[] = [
  "Hello, world! It's 12 o'clock.",
  'Wait... what?! (Really) — “yes”.',
  "I DON'T know; you'll see: 3.14, 1,000 & 50%",
  'Größe, naïve café, señor, Łódź',
  'https://example.org/a_b?c=1#d @user #tag',
  'let x = {a: [1, 2]}; // done',
  'Привет, мир! Γειά σου',
  'مرحبا بالعالم',
  '日本語と漢字。',
  '🙂 👍🏽 x² + y² ≤ 10 €',
  '  two  spaces\nand\tlines\n\n',
];

/**
 * What transformers.js makes of a student's tokenizer, which it reads with the library of the same makers that is asked
 * here: undefined where it makes the ids of training of all {@link phrases}, or there is no tokenizer.
 * @param folder of the student
 */
export async function tokensElsewhere(folder: string): Promise<string | undefined> {
  const file = await tokenizerFileOf(folder);
  if (file === undefined) return undefined;
  const own = await storedTokenizer(file).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  if (!own) return undefined;
  const files = own.files();
  const [definition, settings] = ['tokenizer.json', 'tokenizer_config.json'].map((name) =>
    JSON.parse(files[name] ?? '{}'),
  );
  const limited = timeLimited(definition);
  const others: string[] = [];
  try {
    const theirs = limited(
      files['tokenizer.json']!.length,
      () => new HuggingFaceTokenizer(definition, settings),
    );
    for (const phrase of phrases) {
      const { ids } = limited(phrase.length, () => theirs.encode(phrase, { add_special_tokens: false }));
      if (ids.join() !== own.encode(phrase).join()) others.push(phrase);
    }
  } catch (error) {
    return `transformers.js cannot use this tokenizer: ${error instanceof Error ? error.message : error}.`;
  }
  if (others.length === 0) return undefined;
  return `transformers.js makes other tokens than training did of ${others.length} of ${phrases.length} phrases, such as of ${JSON.stringify(others[0])}.`;
}
