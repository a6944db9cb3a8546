/** The process that looks at foreign files for a {@link CheckingProcess}; it answers one request after the other. */
import { watchReading } from '../../base/reading.ts';
import { UserError } from '../../base/user-error.ts';
import { checkExperiment } from '../check.ts';
import { partsOfCheckpoint } from '../models/model-parts.ts';
import { reportOfModel } from '../models/model-report.ts';
import { searchSamples, showSamples } from '../samples/shown-samples.ts';
import { costOfText } from '../server-cost.ts';
import { usualBounds } from './bounds.ts';
import { guardProcess } from './guard.ts';
import { type Answer, cut, cutProblems, type Request, requestSchema } from './protocol.ts';

if (!process.send) {
  console.error('Distillery starts this by itself, to look at the files that an experiment names.');
  process.exit(2);
}
const working = guardProcess(usualBounds());
const say = (answer: Answer) => void process.send?.(answer);
let turn: Promise<void> = Promise.resolve();

process.on('message', (message) => {
  const request = requestSchema.parse(message);
  turn = turn.then(async () => {
    working(true);
    say({ type: 'begun', id: request.id });
    watchReading((file) => say({ type: 'reading', file: cut(file) }));
    const answer = await answerTo(request).catch((error: unknown) => failure(error, request.id));
    working(false);
    say(answer);
  });
});
process.on('disconnect', () => process.exit());

async function answerTo(request: Request): Promise<Answer> {
  const { id } = request;
  switch (request.type) {
    case 'check': {
      const { text, file, dataDirectory, devices } = request;
      const problems = await checkExperiment(text, file, {
        dataDirectory,
        ...(devices && { devices: async () => devices }),
      });
      return { type: 'checked', id, problems: cutProblems(problems) };
    }
    case 'inspect':
      return { type: 'inspected', id, report: await reportOfModel(request.folder, request) };
    case 'show':
      return { type: 'shown', id, samples: await showSamples(request.of, request.positions) };
    case 'search':
      return { type: 'found', id, positions: await searchSamples(request.of, request.conditions) };
    case 'cost': {
      const { text, file, dataDirectory } = request;
      const cost = await costOfText(text, file, dataDirectory);
      return { type: 'estimated', id, ...(cost && { cost }) };
    }
    case 'parts': {
      const parts = await partsOfCheckpoint(request);
      return { type: 'parted', id, ...(parts && { parts }) };
    }
  }
}

function failure(error: unknown, id: number): Answer {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof UserError))
    return { type: 'failed', id, message: cut(message), ...(stack !== undefined && { stack: cut(stack) }) };
  const { remedy, place } = error;
  return {
    type: 'refused',
    id,
    message: cut(message),
    ...(remedy !== undefined && { remedy: cut(remedy) }),
    ...(place !== undefined && { place: cut(place) }),
  };
}
