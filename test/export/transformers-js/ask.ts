import type { Inputs, TransformersJs } from '../../machine/transformers-js.ts';

/** What is asked of an exported student; passes as JSON into a page. */
export interface Question {
  /** Its folder. */
  readonly name: string;
  readonly task: 'text-classification' | 'image-classification' | 'text-generation';
  readonly opens: 'by its task' | 'by AutoModel' | 'not';
  /** As transformers.js calls precisions. */
  readonly dtypes: readonly string[];
  readonly texts: readonly string[];
  /** PNG files, in base64. */
  readonly images: readonly string[];
  /** Whether the student sees one channel. */
  readonly grey: boolean;
  readonly newTokens: number;
}

/** What became of it, by precision. */
export interface Reply {
  /** Why it was not opened. */
  readonly refused?: string;
  /** Of all samples, and of all tokens where texts are continued. */
  readonly logits: readonly number[];
  /** As the tokenizer made them, padding included. */
  readonly ids: readonly number[];
  readonly mask: readonly number[];
  /** (batch, channels, height, width) */
  readonly pixels: readonly number[];
  /** Of the pipeline: names of classes by their scores, the best first. */
  readonly classes: readonly (readonly { readonly label: string; readonly score: number }[])[];
  /** Prompts and what was generated behind them. */
  readonly generated: readonly number[][];
}

/**
 * Opens students as users of transformers.js do, and has them answer. It runs in Node and, as text, in a page: it names
 * nothing from outside of itself.
 */
export async function ask(
  { AutoImageProcessor, AutoModel, AutoTokenizer, pipeline, RawImage }: TransformersJs,
  { name, task, opens, dtypes, texts, images, grey, newTokens }: Question,
): Promise<Record<string, Reply>> {
  const numbers = (tensor?: { data: ArrayLike<number | bigint> }) =>
    tensor ? Array.from(tensor.data, Number) : [];
  const pictures = [];
  for (const image of images) {
    const bytes = Uint8Array.from(atob(image), (letter) => letter.charCodeAt(0));
    const picture = await RawImage.fromBlob(new Blob([bytes], { type: 'image/png' }));
    pictures.push(grey ? picture.grayscale() : picture);
  }
  const replies: Record<string, Reply> = {};
  for (const dtype of dtypes) {
    const options = { dtype, session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 } };
    try {
      const piped = opens === 'by its task' ? await pipeline(task, name, options) : undefined;
      const model = piped?.model ?? (await AutoModel.from_pretrained(name, options));
      const seen =
        pictures.length > 0 &&
        (await (piped?.processor ?? (await AutoImageProcessor.from_pretrained(name)))(pictures));
      const tokenizer = seen ? undefined : (piped?.tokenizer ?? (await AutoTokenizer.from_pretrained(name)));
      const inputs: Inputs = seen
        ? { pixel_values: seen.pixel_values }
        : tokenizer!(texts, { padding: true, truncation: true });
      const { logits } = await model(inputs);
      const classes = piped && newTokens === 0 ? await piped(seen ? pictures : texts, { top_k: 100 }) : [];
      const generated: number[][] = [];
      if (newTokens > 0) {
        const found = await model.generate({ ...inputs, max_new_tokens: newTokens, do_sample: false });
        const length = found.dims[1]!;
        const all = numbers(found);
        for (let at = 0; at < all.length; at += length) generated.push(all.slice(at, at + length));
      }
      replies[dtype] = {
        logits: numbers(logits),
        ids: numbers(inputs.input_ids),
        mask: numbers(inputs.attention_mask),
        pixels: numbers(inputs.pixel_values),
        classes,
        generated,
      };
      await model.dispose();
    } catch (error) {
      const refused = error instanceof Error ? error.message : String(error);
      replies[dtype] = { refused, logits: [], ids: [], mask: [], pixels: [], classes: [], generated: [] };
    }
  }
  return replies;
}
