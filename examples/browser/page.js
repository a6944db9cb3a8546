// Opens a student that `distillery export … --to examples/browser/student` wrote, and has it answer in this page.
// ?student=NAME names another folder beside this file.
import { env, LogLevel, pipeline, TextStreamer } from 'transformers';
import { askByDrawing } from './drawing.js';
import { openClassifier, scoresOf } from './student.js';

env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = './';
// A student that is exported anew is another one; what was kept of the old one would answer in its place.
env.useBrowserCache = false;
// That a kind of model is not among its own is no news here.
env.logLevel = LogLevel.ERROR;

const page = (id) => document.getElementById(id);
const folder = new URLSearchParams(location.search).get('student') ?? 'student';
const mostClasses = 12;
const mostNewTokens = 60;

/** Precisions as `distillery export` and as transformers.js call them. */
const dtypes = { fp32: 'fp32', fp16: 'fp16', int8: 'q8', int4: 'q4' };

const formatPercent = (share) => `${(100 * share).toFixed(1)} %`;
const formatBytes = (bytes) =>
  bytes < 1e6 ? `${(bytes / 1e3).toPrecision(3)} kB` : `${(bytes / 1e6).toPrecision(3)} MB`;

const formatMs = (ms) => (ms < 10 ? ms.toPrecision(2) : ms.toFixed(0));

async function read(name) {
  if (!/^\w[\w.-]*$/.test(folder))
    throw new Error('The name of a student’s folder has letters, digits, ".", "-" and "_" only.');
  const response = await fetch(`./${folder}/${name}`);
  if (!response.ok)
    throw new Error(
      `There is no ${folder}/${name}. Export a student into this folder first: distillery export RUN --to examples/browser/${folder}`,
    );
  return response.json();
}

/** What the student is for, by its config.json: that of transformers, or Distillery's own. */
function kindOf({ architectures: [known = ''] = [], task }) {
  if (/ForImageClassification$/.test(known) || task?.image) return 'image-classification';
  if (/ForSequenceClassification$/.test(known) || task?.text?.goal === 'classification')
    return 'text-classification';
  if (/(LMHeadModel|ForCausalLM)$/.test(known)) return 'text-generation';
  throw new Error('transformers.js cannot open this student.');
}

const namesOf = ({ id2label = {}, classNames = [] }) =>
  Object.keys(id2label).length > 0 ? Object.keys(id2label).map((id) => id2label[id]) : classNames;

/** Names come from data: they are set as text, never as markup. */
function element(name, text = '') {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function showScores(scores, names) {
  const best = scores.indexOf(Math.max(...scores));
  const name = (at) => names[at] ?? `class ${at}`;
  page('verdict').textContent = `${name(best)}, ${formatPercent(scores[best])}`;
  const order = [...scores.keys()];
  if (scores.length > mostClasses)
    order.sort((one, other) => scores[other] - scores[one]).splice(mostClasses);
  page('classes').replaceChildren(
    ...order.map((at) => {
      const [item, bar, figure] = [
        element('li'),
        element('progress'),
        element('data', formatPercent(scores[at])),
      ];
      Object.assign(bar, { max: 1, value: scores[at], ariaLabel: name(at) });
      figure.value = String(scores[at]);
      item.append(element('span', name(at)), bar, figure);
      return item;
    }),
  );
}

/** The answer to the last question alone is shown, and one is worked on at a time. */
function oneAfterTheOther(answer) {
  let next;
  let busy = false;
  return async (question) => {
    next = { question };
    if (busy) return;
    busy = true;
    try {
      while (next) {
        const { question: asked } = next;
        next = undefined;
        const began = performance.now();
        await answer(asked);
        page('took').textContent = `answered in ${formatMs(performance.now() - began)} ms`;
        page('problem').hidden = true;
      }
    } catch (error) {
      tell(error);
    } finally {
      busy = false;
    }
  };
}

/** Text to classify, or to go on with. */
function askByText(kind, ask) {
  const continues = kind === 'text-generation';
  page('text').hidden = false;
  page('prompt').textContent = continues ? 'A beginning' : 'A text';
  page('ask').textContent = continues ? 'Go on' : 'Classify';
  page('warmth').hidden = !continues;
  page('ask').addEventListener('click', () => ask(page('words').value));
}

async function open(kind, config, dtype) {
  if (kind !== 'text-generation') {
    const classify = await openClassifier(kind, folder, dtype, config);
    const names = namesOf(config);
    return {
      answer: async (question) => showScores(scoresOf(await classify(question)), names),
      dispose: () => classify.dispose(),
    };
  }
  const generate = await pipeline(kind, folder, { dtype });
  return {
    async answer(text) {
      const temperature = Number(page('temperature').value);
      const { input_ids } = generate.tokenizer(text);
      const room = generate.tokenizer.model_max_length - input_ids.dims[1];
      if (room < 1) throw new Error('The beginning is as long already as texts of this student can be.');
      const shown = page('continued');
      shown.textContent = text;
      shown.hidden = false;
      const streamer = new TextStreamer(generate.tokenizer, {
        skip_prompt: true,
        callback_function: (piece) => shown.append(piece),
      });
      await generate(text, {
        max_new_tokens: Math.min(room, mostNewTokens),
        streamer,
        ...(temperature > 0 ? { do_sample: true, temperature, top_k: 50 } : { do_sample: false }),
      });
    },
    dispose: () => generate.dispose(),
  };
}

function tell(error) {
  page('problem').textContent = error instanceof Error ? error.message : String(error);
  page('problem').hidden = false;
}

try {
  const [config, { files }] = [await read('config.json'), await read('export.json')];
  const graphs = files.filter(({ file, precision }) => file.startsWith('onnx/') && precision in dtypes);
  if (graphs.length === 0)
    throw new Error('It was not exported for transformers.js: say --format transformers-js.');
  const kind = kindOf(config);
  page('weights').append(
    ...graphs.map(({ precision, bytes }) =>
      Object.assign(element('option', `${precision}, ${formatBytes(bytes)}`), { value: precision }),
    ),
  );
  let student = await open(kind, config, dtypes[graphs[0].precision]);
  let last;
  const answer = oneAfterTheOther((question) => student.answer(question));
  const ask = (question) => {
    last = { question };
    return answer(question);
  };
  page('weights').addEventListener('change', async ({ target }) => {
    target.disabled = true;
    try {
      const other = await open(kind, config, dtypes[target.value]);
      await student.dispose();
      student = other;
      if (last) await ask(last.question);
    } catch (error) {
      tell(error);
    } finally {
      target.disabled = false;
    }
  });
  if (kind === 'image-classification') await askByDrawing(page, await read('preprocessor_config.json'), ask);
  else askByText(kind, ask);
  const what = config.model_type ?? config.architecture.replace(/^distillery-/, '');
  page('about').textContent =
    `A student (${what}), run by transformers.js in this page: what you enter stays here.`;
  page('parts').hidden = false;
} catch (error) {
  page('about').textContent = 'No student.';
  tell(error);
}
