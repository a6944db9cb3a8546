// A student that classifies, by transformers.js.
import { AutoImageProcessor, AutoModel, AutoTokenizer, pipeline, softmax } from 'transformers';

/** @returns a function from a text, or a picture with as many channels as the student sees, to its logits */
export async function openClassifier(task, name, dtype, { model_type }) {
  // For students whose kind of model is Distillery's own there is no pipeline.
  const piped = model_type === undefined ? undefined : await pipeline(task, name, { dtype });
  const model = piped?.model ?? (await AutoModel.from_pretrained(name, { dtype }));
  const images = task === 'image-classification';
  const make = images
    ? (piped?.processor ?? (await AutoImageProcessor.from_pretrained(name)))
    : (piped?.tokenizer ?? (await AutoTokenizer.from_pretrained(name)));
  const classify = async (question) => {
    const inputs = images
      ? { pixel_values: (await make(question)).pixel_values }
      : make(question, { truncation: true });
    return (await model(inputs)).logits.data;
  };
  return Object.assign(classify, { dispose: () => model.dispose() });
}

/** Of each class a share of 1. */
export const scoresOf = (logits) => softmax(Array.from(logits));
