import { exportingCommand } from '../export/apart/exporting-process.ts';
import { runWorker } from './run-worker.ts';

const [path, ...rest] = process.argv.slice(2);
if (path === undefined || rest.length > 0) {
  console.error(
    'The worker takes one argument, the directory of a run. `distillery run` starts it by itself.',
  );
  process.exit(2);
}
// Devices may hold threads that would keep the process alive.
process.exit(await runWorker(path, exportingCommand(import.meta.url)));
