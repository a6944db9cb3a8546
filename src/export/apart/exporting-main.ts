/** The process that reads a model and writes it in other forms, for {@link exportApart}; it serves one request. */
import { Interruption, type StopReason } from '../../base/interruption.ts';
import { UserError } from '../../base/user-error.ts';
import type { OnnxDevice } from '../../device/onnx/onnx-device.ts';
import { openDevice } from '../../device/open-device.ts';
import { grantedThreads } from '../../device/worker-environment.ts';
import { exportModel } from '../export-model.ts';
import { exportSamples } from '../export-samples.ts';
import { type Answer, type ExportRequest, requestSchema } from './protocol.ts';

if (!process.send) {
  console.error('Distillery starts this by itself, to export the model of a run.');
  process.exit(2);
}
let stop: StopReason | undefined;
// Ctrl+C reaches every process of a terminal; whoever started this one says what is to be done.
process.on('SIGINT', () => {});
process.on('disconnect', () => {
  stop = 'cancel';
});
const say = (answer: Answer) => new Promise<void>((resolve) => process.send?.(answer, () => resolve()));

process.on('message', async (message) => {
  const request = requestSchema.parse(message);
  if (request.type === 'stop') {
    stop = 'cancel';
    return;
  }
  await say(await answerTo(request).catch(failure));
  // A device may hold threads that would keep the process alive.
  process.exit();
});

async function answerTo(request: ExportRequest): Promise<Answer> {
  const { from, to, formats, precisions, dataset, directory } = request;
  const tell = (line: string) => void say({ type: 'telling', line });
  const device = (await openDevice('cpu', { threads: grantedThreads() })) as OnnxDevice;
  try {
    const files = await exportModel({
      device,
      from,
      to,
      plan: { formats, precisions },
      stopRequested: () => stop,
      onFile: (file) => tell(`Writing ${file} …`),
      async samples(model) {
        const samples = await exportSamples(dataset, directory, from, model);
        if (samples.madeUp !== undefined)
          tell(`The test data cannot be read, so files are checked on made-up samples: ${samples.madeUp}`);
        return samples;
      },
    });
    return { type: 'exported', files };
  } finally {
    await device.dispose();
  }
}

function failure(error: unknown): Answer {
  if (error instanceof Interruption) return { type: 'stopped' };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof UserError))
    return { type: 'failed', message, ...(stack !== undefined && { stack }) };
  const { remedy, place } = error;
  return {
    type: 'refused',
    message,
    ...(remedy !== undefined && { remedy }),
    ...(place !== undefined && { place }),
  };
}
