/** The rules of real tokenizers make up to eighteen characters of one, of very few. */
const mostGrowth = 32;
const always = 100_000;

/**
 * Throws where rules make far more of a text than real ones do: a few that replace one letter by many, one after the
 * other, fill all memory.
 * @param from UTF-16 units of the text
 * @param to those of what became of it
 */
export function requireGrowth(from: number, to: number): void {
  if (to > always + mostGrowth * from)
    throw new Error(
      `its rules make more than ${mostGrowth} characters of each, ${to} and more of a text of ${from}`,
    );
}
