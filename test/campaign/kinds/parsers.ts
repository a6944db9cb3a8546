import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CaseResult, Fault, Kind } from '../frame/kind.ts';
import { Random } from '../frame/random.ts';
import { loadParser, parserNames, partOf } from '../parsers/all.ts';
import type { Block, BlockResult } from '../parsers/block.ts';
import { addToCorpus } from '../parsers/corpus.ts';
import { minimized } from '../parsers/minimize.ts';
import { usualBounds, type Watched, watchedChild } from '../parsers/watched-child.ts';

const root = resolve(import.meta.dirname, '../../..');
/** A parser that an input ended is started again so often, to try the rest of its block. */
const attempts = 3;

/** What reads foreign bytes, fed with changed inputs by the thousand, in a process that may crash, hang or grow. */
export const parsers: Kind = {
  name: 'parsers',
  title: 'hostile inputs to all parsers',
  share: 6,
  async open(folder, { seed, inputs, corpus, stop }) {
    const plan = inputs === undefined ? undefined : await planOf(inputs, seed);
    let next = 0;
    return {
      get done() {
        return plan !== undefined && next >= plan.length;
      },
      async run(number, random) {
        next = number + 1;
        const { parser, inputs: some } = plan?.[number] ?? (await anyBlock(number, random));
        const trial = new Trial(join(folder, `${number}`), corpus, stop);
        return trial.result({ parser, seed, number, inputs: some });
      },
      close: async () => {},
    };
  },
};

/** Blocks of all parsers, so many inputs together, in an order that chance makes. */
async function planOf(inputs: number, seed: string) {
  const plan: { parser: string; inputs: number }[] = [];
  for (const parser of parserNames) {
    const { block } = await loadParser(parser);
    for (let left = Math.max(1, Math.round(inputs * partOf(parser))); left > 0; left -= 8 * block)
      plan.push({ parser, inputs: Math.min(left, 8 * block) });
  }
  return new Random(seed, 'plan').shuffled(plan);
}

/** Each parser once, and then by chance, so that each gets its part of all inputs. */
async function anyBlock(number: number, random: Random) {
  const blocks = await Promise.all(
    parserNames.map(async (parser) => ({ parser, inputs: (await loadParser(parser)).block })),
  );
  if (number < blocks.length) return blocks[number]!;
  const weights = blocks.map(({ parser, inputs }) => partOf(parser) / inputs);
  let at = random.fraction() * weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = weights.findIndex((weight) => {
    at -= weight;
    return at < 0;
  });
  return blocks[Math.max(0, chosen)]!;
}

/** One block, with what it finds. */
class Trial {
  readonly #folder: string;
  readonly #corpus: string | undefined;
  readonly #stop: AbortSignal | undefined;
  readonly #faults: Fault[] = [];
  #peakBytes = 0;
  #slowestMs = 0;
  #inputs = 0;
  #novelties = 0;

  /** @param corpus where to keep what is found, if it is to be kept */
  constructor(folder: string, corpus: string | undefined, stop: AbortSignal | undefined) {
    this.#folder = folder;
    this.#corpus = corpus;
    this.#stop = stop;
  }

  async result(wanted: Pick<Block, 'parser' | 'seed' | 'number' | 'inputs'>): Promise<CaseResult> {
    for (let attempt = 0; attempt < attempts && this.#inputs < wanted.inputs; attempt++) {
      const block = {
        ...wanted,
        // The rest of a block whose process an input ended is tried with other inputs.
        seed: attempt === 0 ? wanted.seed : `${wanted.seed}/${attempt}`,
        inputs: wanted.inputs - this.#inputs,
        root,
        folder: join(this.#folder, `${attempt}`),
        state: join(this.#folder, `${attempt}`, 'state'),
      };
      await this.#try(block);
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    return {
      counts: { inputs: this.#inputs, 'new outcomes': this.#novelties },
      parts: { [wanted.parser]: this.#inputs },
      faults: this.#faults,
      peakBytes: this.#peakBytes,
      longestSilenceMs: this.#slowestMs,
    };
  }

  async #try(block: Block): Promise<void> {
    const { results, peakBytes, end } = await watchedChild([block]);
    // Its end is none of its own.
    if (this.#stop?.aborted) throw new Error('interrupted');
    this.#peakBytes = Math.max(this.#peakBytes, peakBytes);
    if (end) {
      this.#inputs++;
      if (end.what === 'hangs') this.#slowestMs = Math.max(this.#slowestMs, usualBounds.patienceMs);
      const small = await this.#smaller(block, end);
      this.#fault(block, { what: end.what, detail: end.detail }, small);
      return;
    }
    const result = JSON.parse(results[0]!) as BlockResult;
    this.#inputs += result.inputs;
    this.#slowestMs = Math.max(this.#slowestMs, result.slowestMs);
    for (const { input, fault } of result.found) {
      const bytes = Buffer.from(input, 'base64');
      if (fault) this.#fault(block, fault, bytes);
      else {
        this.#novelties++;
        if (this.#corpus) addToCorpus(this.#corpus, block.parser, bytes, false);
      }
    }
  }

  #fault({ parser }: Block, { what, detail }: Fault, input: Buffer): void {
    if (this.#corpus) addToCorpus(this.#corpus, parser, input, true);
    const shown = JSON.stringify(input.toString('latin1')).slice(0, 2000);
    this.#faults.push({
      what: `${parser}: ${what}`,
      detail: `${detail}\ninput (${input.length} bytes): ${shown}`,
    });
  }

  /** Makes an input that ends the process smaller; each try is a process, so only a few are made. */
  async #smaller(block: Block, { what, input }: NonNullable<Watched['end']>): Promise<Buffer> {
    const folder = join(this.#folder, 'smaller');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'input');
    const does = async (smaller: Buffer) => {
      writeFileSync(file, smaller);
      const { end } = await watchedChild([{ ...block, folder, state: join(folder, 'state') }], file);
      if (this.#stop?.aborted) throw new Error('interrupted');
      return end?.what === what;
    };
    return minimized(input, does, what === 'hangs' ? 4 : 16);
  }
}
