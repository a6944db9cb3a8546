import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Random } from '../frame/random.ts';
import { OwnWait } from '../frame/run-queue.ts';
import { loadParser } from './all.ts';
import { corpusFolder, readCorpus } from './corpus.ts';
import { minimized } from './minimize.ts';
import { mutated } from './mutate.ts';
import { judge, type Verdict } from './verdict.ts';

const mostOutcomes = 60;
/** Shorter inputs of a new outcome are kept as they are. */
const shortInput = 200;

/** So many inputs of one parser, all of which follow from the seed, the number and the corpus. */
export interface Block {
  readonly parser: string;
  readonly seed: string;
  readonly number: number;
  readonly inputs: number;
  /** An empty folder. */
  readonly folder: string;
  /** Of the repository. */
  readonly root: string;
  /** Where the input that is tried now is put down first, lest it be lost with the process. */
  readonly state: string;
}

export interface BlockResult {
  readonly inputs: number;
  /** How many led to the outcomes that are new, and to those that are faults; inputs are in base64. */
  readonly found: readonly { readonly input: string; readonly fault?: Verdict['fault'] }[];
  /** Without the time that the process waited for a processor. */
  readonly slowestMs: number;
  readonly outcomes: number;
}

/** Tries the block in this process, which may not survive it. */
export async function tryBlock({ parser: name, seed, number, inputs, folder, root, state }: Block) {
  const own = join(folder, 'own');
  mkdirSync(own, { recursive: true });
  const parser = await loadParser(name);
  const open = await parser.open(own, root);
  const random = new Random(seed, 'inputs', name, number);
  const file = parser.ending === undefined ? undefined : parser.ending;
  const pool = [...open.seeds, ...readCorpus(corpusFolder(root), name)];
  const descriptor = openSync(state, 'w+');
  const waiting = new OwnWait();
  const outcomes = new Set<string>();
  const found: { input: string; fault?: Verdict['fault'] }[] = [];
  let slowestMs = 0;
  let tried = 0;

  const attempt = async (input: Buffer): Promise<Verdict> => {
    putDown(descriptor, input);
    const begun = performance.now() - waiting.ms;
    const verdict = await judge(open, input, file);
    // A promise that nobody waits for goes wrong after this; the next input is not to be taken for the one that made it.
    await turn();
    slowestMs = Math.max(slowestMs, performance.now() - waiting.ms - begun);
    return verdict;
  };
  const consider = async (input: Buffer, made: boolean): Promise<void> => {
    tried++;
    const { outcome, fault } = await attempt(input);
    if (outcomes.has(outcome)) return;
    outcomes.add(outcome);
    // Where every message is another, most of them tell of nothing new.
    if (!fault && (!made || outcomes.size > mostOutcomes)) return;
    const does = async (smaller: Buffer) => (await attempt(smaller)).outcome === outcome;
    const tries = fault ? 300 : input.length > shortInput ? 20 : 0;
    const small = await minimized(input, does, tries);
    pool.push(small);
    found.push({ input: small.toString('base64'), ...(fault && { fault }) });
  };

  for (const input of [...pool]) await consider(input, false);
  while (tried < inputs) {
    // What was found last is changed more often.
    const base = random.chance(0.3)
      ? pool.at(-1 - random.below(Math.min(20, pool.length)))!
      : random.pick(pool);
    const changed = mutated(base, parser, pool, random);
    await consider(open.repair?.(changed, (end) => random.below(end)) ?? changed, true);
  }
  closeSync(descriptor);
  waiting.close();
  await open.close?.();
  rmSync(own, { recursive: true, force: true });
  return { inputs: tried, found, slowestMs, outcomes: outcomes.size } satisfies BlockResult;
}

/** Tries one input by itself. */
export async function tryOne({ parser: name, folder, root }: Block, input: Buffer): Promise<Verdict> {
  const parser = await loadParser(name);
  mkdirSync(folder, { recursive: true });
  const open = await parser.open(folder, root);
  const verdict = await judge(open, input, parser.ending);
  await open.close?.();
  return verdict;
}

function putDown(descriptor: number, input: Buffer): void {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(performance.now() % 2 ** 32);
  head.writeUInt32LE(input.length, 4);
  writeSync(descriptor, Buffer.concat([head, input]), 0, 8 + input.length, 0);
}

/** What was put down last, and a number that differs from input to input; undefined where nothing was. */
export function lastInput(state: string): { readonly sign: number; readonly input: Buffer } | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(state, 'r');
  } catch {
    return undefined;
  }
  try {
    const head = Buffer.alloc(8);
    if (readSync(descriptor, head, 0, 8, 0) < 8) return undefined;
    const input = Buffer.alloc(head.readUInt32LE(4));
    readSync(descriptor, input, 0, input.length, 8);
    return { sign: head.readUInt32LE(), input };
  } finally {
    closeSync(descriptor);
  }
}
