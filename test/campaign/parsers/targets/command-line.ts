import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type Parser, promise } from '../parser.ts';

const commands = [
  'run',
  'check',
  'runs',
  'show',
  'compare',
  'resume',
  'stop',
  'remove',
  'label',
  'queue',
  'rebuild',
];
const options = [
  '--json',
  '--seed',
  '--name',
  '--note',
  '--tag',
  '--untag',
  '--baseline',
  '--state',
  '--sort',
  '--limit',
  '--text',
  '--csv',
  '--format',
  '--output',
  '--device',
  '--concurrency',
  '--detach',
  '--kill',
  '--discard',
  '--help',
  '--version',
  '-c',
  '-s',
];
const values = [
  '1',
  '1,2',
  '-1',
  '1e9',
  '99999999999999999999',
  'cpu',
  'auto',
  'x.distill.json',
  'broken.distill.json',
  'running',
  'accuracy',
  'csv',
  '../x',
  '',
  '--',
  '2026',
];

/** Words behind `distillery`, a line each. No worker is started, and nothing is written outside of a folder. */
export const commandLine: Parser = {
  name: 'command line',
  form: 'text',
  block: 250,
  words: [...commands, ...options, ...values].map((word) => `\n${word}\n`),
  async open(folder) {
    const { runCommandLine } = await import('../../../../src/cli/program.ts');
    const { checkExperiment } = await import('../../../../src/checks/check.ts');
    const { reportOfModel } = await import('../../../../src/checks/models/model-report.ts');
    const { costOfText } = await import('../../../../src/checks/server-cost.ts');
    const { partsOfCheckpoint } = await import('../../../../src/checks/models/model-parts.ts');
    const { searchSamples, showSamples } = await import('../../../../src/checks/samples/shown-samples.ts');
    const { default: picocolors } = await import('picocolors');
    const { UserError } = await import('../../../../src/base/user-error.ts');
    mkdirSync(join(folder, 'inside'));
    process.chdir(join(folder, 'inside'));
    writeFileSync('broken.distill.json', '{"name": 1}');
    const checker = {
      check: checkExperiment,
      inspect: reportOfModel,
      parts: partsOfCheckpoint,
      show: showSamples,
      search: searchSamples,
      cost: costOfText,
      dispose: () => {},
    };
    const colors = picocolors.createColors(false);
    const data = join(folder, 'inside', '.distillery');
    return {
      seeds: [
        'runs',
        'runs\n--json',
        'label\n2026\n--tag\na',
        'compare\n--json',
        'check\nbroken.distill.json',
        'run\nbroken.distill.json',
        'stop\n2026\n--kill',
        'queue\n-c\n2',
        'show\nx',
      ].map((text) => Buffer.from(text)),
      withoutFile: true,
      async read(input) {
        let said = '';
        const write = (text: string) => {
          said += text;
        };
        const words = safe(input.toString().split('\n'));
        const code = await runCommandLine([...words, '--data-dir', data], {
          terminal: {
            out: write,
            err: write,
            stream: new PassThrough().resume(),
            outIsTerminal: false,
            errIsTerminal: false,
            columns: 100,
            outColors: colors,
            errColors: colors,
          },
          launcher: {
            launch: () => Promise.reject(new UserError('Nothing is started here.', { remedy: 'Wait.' })),
          },
          checker,
          exporter: ['/bin/false'],
          self: ['/bin/false'],
        });
        promise(
          !said.includes('Distillery made a mistake'),
          `a command line ends with a stack: ${said.slice(0, 600)}`,
        );
        promise(code === 0 || said.trim() !== '', 'a command line is refused without a word');
        return `${words[0]} ${code} ${said.split('\n')[0]!.slice(0, 60)}`;
      },
    };
  },
};

/** Without what would train, download, wait for ever or write where the campaign does not look. */
function safe(words: readonly string[]): string[] {
  const first = words.find((word) => word !== '');
  const command = commands.includes(first ?? '') || first?.startsWith('-') ? first! : 'runs';
  const rest = words
    .slice(words.indexOf(first ?? '') + 1)
    .filter((word) => !/[/\\]|^demo$|^devices$|^--data-dir|\.distillery/.test(word) && word.length < 5000)
    // Programs get their words without the sign that ends them.
    .map((word) => word.replaceAll('\0', ''));
  return [command, ...rest];
}
