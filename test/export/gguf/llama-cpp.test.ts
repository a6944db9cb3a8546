import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { forwardStep } from '../../../src/compression/forward-step.ts';
import type { Tokenizer } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { type Precision, precisions } from '../../../src/export/forms.ts';
import { weightsIn } from '../../../src/export/gguf/check-gguf.ts';
import { exportGguf } from '../../../src/export/gguf/export-gguf.ts';
import { planGguf } from '../../../src/export/gguf/plan.ts';
import { storedTensors } from '../../../src/models/checkpoint/store-weights.ts';
import { createModel } from '../../../src/models/create-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { cpu } from '../../compression/models.ts';
import { type LlamaModel, openLlamaCpp, withoutLlamaCpp } from '../../machine/llama-cpp.ts';
import { temporaryDirectory } from '../../training/support.ts';
import { bytes, drawnModel, languageTask, length, saveStudent } from './models.ts';
import { cuts, tokenizerOf, trainedDefinition, variedText } from './trained-tokenizer.ts';

const device = await cpu();
const home = temporaryDirectory();
const llama = withoutLlamaCpp ? undefined : await openLlamaCpp();
after(() => llama?.dispose());
const options = { skip: withoutLlamaCpp };

const prompt = [...bytes.encode('Call me Ishmæl. ')];
const further = 12;

interface Continuation {
  readonly tokens: number[];
  /** The probability of each when it was chosen. */
  readonly confidences: number[];
}

/** What a model says of the token after some: probabilities of all, and by how much the best logit leads. */
function speaker(model: Model) {
  const step = device.compile(forwardStep(model));
  const { classes } = model.task;
  const shape = [1, length];
  return {
    async next(tokens: readonly number[]) {
      // Padding keeps all inputs of one shape, for which a step is compiled once.
      const { logits: all } = await step.run({
        ids: { data: Int32Array.from({ length }, (_, at) => tokens[at] ?? 0), shape, dtype: 'int32' },
        mask: {
          data: Float32Array.from({ length }, (_, at) => (at < tokens.length ? 1 : 0)),
          shape,
          dtype: 'float32',
        },
      });
      const last = (tokens.length - 1) * classes;
      const logits = [...(all as Float32Array).subarray(last, last + classes)];
      const [best, second] = logits.toSorted((one, other) => other - one) as [number, number];
      const sum = logits.reduce((before, logit) => before + Math.exp(logit - best), 0);
      const probabilities = logits.map((logit) => Math.exp(logit - best) / sum);
      return { token: logits.indexOf(best), lead: best - second, probabilities };
    },
    dispose: () => step.dispose(),
  };
}

/** Undefined where two tokens are so near to each other that rounding may choose, or the text ends. */
async function clearContinuation(model: Model): Promise<Continuation | undefined> {
  const tokens: number[] = [];
  const confidences: number[] = [];
  const { next, dispose } = speaker(model);
  try {
    while (tokens.length < further) {
      const { token, lead, probabilities } = await next([...prompt, ...tokens]);
      if (lead < 0.1 || token >= 256) return undefined;
      tokens.push(token);
      confidences.push(probabilities[token]!);
    }
    return { tokens, confidences };
  } finally {
    dispose();
  }
}

/** The first model of a kind, by seeds, whose continuation is clear. */
async function clearModel(config: Record<string, unknown>) {
  for (let seed = 1; seed < 40; seed++) {
    const model = await drawnModel(config, languageTask(), seed);
    const continuation = await clearContinuation(model);
    if (continuation) return { model, continuation };
    model.dispose();
  }
  throw new Error('No model of the kind answers clearly.');
}

async function continued(model: LlamaModel): Promise<Continuation> {
  const context = await model.createContext({ contextSize: length, threads: 1 });
  const tokens: number[] = [];
  const confidences: number[] = [];
  const answers = context
    .getSequence()
    .evaluateWithMetadata(prompt, { confidence: true }, { temperature: 0, yieldEogToken: true });
  for await (const { token, confidence } of answers) {
    tokens.push(token);
    confidences.push(confidence);
    if (tokens.length === further) break;
  }
  await context.dispose();
  return { tokens, confidences };
}

const distance = (one: readonly number[], other: readonly number[]) =>
  Math.max(...one.map((value, at) => Math.abs(value - other[at]!)));

const yarn = { kind: 'yarn', factor: 4, originalPositions: 64 };
const kinds: Readonly<Record<string, Record<string, unknown>>> = {
  'GPT-2': { architecture: 'gpt2' },
  Llama: { architecture: 'llama', keyValueHeads: 2 },
  Qwen2: { architecture: 'llama', layout: 'qwen2', keyValueHeads: 2 },
  Qwen3: { architecture: 'llama', layout: 'qwen3', keyValueHeads: 2, headSize: 32 },
  'Llama whose rows fill no blocks': {
    architecture: 'llama',
    hiddenSize: 48,
    heads: 4,
    keyValueHeads: 2,
    intermediateSize: 40,
  },
  'Llama with heads of another size, biases and a predictor of its own': {
    architecture: 'llama',
    headSize: 24,
    attentionBias: true,
    feedForwardBias: true,
    tieEmbeddings: false,
  },
  'Llama 3': {
    architecture: 'llama',
    ropeTheta: 500_000,
    ropeScaling: {
      kind: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalPositions: 16,
    },
  },
  'Llama with linear positions': { architecture: 'llama', ropeScaling: { kind: 'linear', factor: 4 } },
  'Llama with YaRN': { architecture: 'llama', ropeScaling: yarn },
  Mistral: { architecture: 'llama', layout: 'mistral', keyValueHeads: 1, slidingWindow: length },
  'Qwen2 with YaRN and an attention factor': {
    architecture: 'llama',
    layout: 'qwen2',
    ropeScaling: { ...yarn, attentionFactor: 1.3 },
  },
};

/** Of which every precision is tried: how positions turn has nothing to do with it. */
const plainKinds = ['GPT-2', 'Llama', 'Llama whose rows fill no blocks', 'Qwen2', 'Qwen3'];

for (const [name, config] of Object.entries(kinds))
  test(`${name}: llama.cpp goes on with a text by the same tokens`, options, async (context) => {
    const { model, continuation } = await clearModel(config);
    const folder = await saveStudent(model, join(home, name));
    const plan = await planGguf(model, folder);
    const weights = await storedTensors(model);
    const tried = Object.keys(precisions) as Precision[];
    for (const precision of plainKinds.includes(name) ? tried : tried.slice(0, 1)) {
      const file = join(folder, precisions[precision].gguf);
      await exportGguf(plan, weights, precision, file);
      const opened = await llama!.loadModel({ modelPath: file, useMmap: false });
      const found = await continued(opened);
      await opened.dispose();
      assert.equal(found.tokens.length, further);
      if (precision === 'fp32' || precision === 'fp16') {
        assert.deepEqual(found.tokens, continuation.tokens, precision);
        assert.ok(distance(found.confidences, continuation.confidences) < 0.01);
        continue;
      }
      // llama.cpp rounds what weights are multiplied with as well, so answers are near to those of the stored weights.
      const values = await weightsIn({ plan, weights, file });
      const stored = createModel(model.config, model.task, (weight) => values.get(weight)!);
      const { next, dispose } = speaker(stored);
      const expected: number[] = [];
      for (const [at, token] of found.tokens.entries()) {
        const ids = [...prompt, ...found.tokens.slice(0, at)];
        expected.push((await next(ids)).probabilities[token]!);
      }
      dispose();
      stored.dispose();
      const far = distance(found.confidences, expected);
      const same = found.tokens.findIndex((token, at) => token !== continuation.tokens[at]);
      context.diagnostic(
        `${precision}: ${same < 0 ? further : same} of ${further} tokens as trained; probabilities within ${far.toFixed(4)} of the stored weights'`,
      );
      assert.ok(far < 0.05, `${precision}: ${far}`);
    }
    model.dispose();
  });

/** Texts on which tokenizers disagree, and such that name special tokens. */
const texts = [
  variedText,
  'Hello there,  it’s 2024 — they’ve 100000 things to do!\n\n',
  '   three spaces\tand tabs\t\t \n \n x',
  "DON'T can't I'll 'tis 's",
  'Ünïcödé ß ﬁ 漢字かな交じり文 한국어 العربية हिन्दी 👩‍👩‍👧‍👦 ½²',
  'in<|endoftext|>between</s> and <s>',
  '\u0000\u0001 \u00a0 \u2003 end',
  '',
  ' ',
];

async function sameTokens(tokenizer: Tokenizer, name: string): Promise<void> {
  const model = await drawnModel({ architecture: 'gpt2', layers: 1 }, languageTask(tokenizer.vocabulary));
  const folder = await saveStudent(model, join(home, `tokens-${name}`), tokenizer);
  const file = join(folder, 'model.gguf');
  await exportGguf(await planGguf(model, folder), await storedTensors(model), 'fp16', file);
  const opened = await llama!.loadModel({ modelPath: file, useMmap: false });
  try {
    assert.equal(opened.tokens.eos, tokenizer.endId);
    assert.equal(opened.tokens.shouldPrependBosToken, tokenizer.begin.length > 0);
    for (const text of texts) {
      const ids = [...tokenizer.encode(text)];
      assert.deepEqual([...opened.tokenize(text, true)], ids, `${name}: ${JSON.stringify(text)}`);
      const plain = ids.filter((id) => id < tokenizer.vocabulary - 3);
      // Whole texts it rids of spaces before marks, as transformers once did; what it says a token at a time has them.
      if (!/\s['.,!?]/.test(text))
        assert.equal(
          opened.detokenize(plain, true),
          tokenizer.decode(plain),
          `${name}: ${JSON.stringify(text)}`,
        );
    }
  } finally {
    await opened.dispose();
    model.dispose();
  }
}

test('llama.cpp makes the same tokens of texts', options, async () => {
  await sameTokens(bytes, 'bytes');
  for (const [name, cut] of Object.entries(cuts))
    for (const ignore_merges of [false, true])
      await sameTokens(
        await tokenizerOf(trainedDefinition(cut, { ignore_merges })),
        `${name}-${ignore_merges}`,
      );
});

test('llama.cpp puts the token before texts that stood there in training', options, async () => {
  const definition = trainedDefinition(cuts['llama-bpe']!);
  const id = 296;
  definition.post_processor = {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<|begin|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<|begin|>': { id: '<|begin|>', ids: [id], tokens: ['<|begin|>'] } },
  };
  const tokenizer = await tokenizerOf(definition);
  assert.deepEqual(tokenizer.begin, [id]);
  await sameTokens(tokenizer, 'begin');
});
