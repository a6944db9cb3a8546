import type { Finding } from '../../experiment/parsing/problem.ts';
import { gridSize, spaceOf } from '../../experiment/sweep/space.ts';
import type { Check, CheckContext } from '../context.ts';
import { optionFindings } from './options.ts';

/** More points than this nobody means to try one after the other, unless a budget says where it ends. */
const mostGridPoints = 1000;

/** Whether a sweep tries options that there are, within their bounds, and comes to an end. */
export const checkSweep: Check = (context) => {
  const { sweep } = context.experiment;
  if (!sweep) return [];
  const options = optionFindings(context, sweep);
  return [
    ...options,
    ...objectiveFindings(context),
    ...stopFindings(context),
    ...(options.some(({ severity }) => severity === 'error') ? [] : budgetFindings(context)),
  ];
};

function objectiveFindings({ experiment }: CheckContext): Finding[] {
  const { objectives } = experiment.sweep!;
  const findings: Finding[] = [];
  const [first, second] = objectives;
  if (
    second !== undefined &&
    (first === second || (objectives.includes('auto') && measuresAnswers(objectives)))
  )
    findings.push({
      message: `"${first}" and "${second}" ${first === second ? 'are the same' : 'may be the same figure'}: there is no front between them.`,
      remedy: 'Keep one of them, or write "bytes", "parameters" or "latency" beside it.',
      path: ['sweep', 'objectives', 1],
      severity: 'error',
      code: 'sweep-objective',
    });
  if (!measuresAnswers(objectives) && !objectives.includes('auto')) return findings;
  const base = { path: ['sweep', 'objectives'], severity: 'error', code: 'sweep-objective' } as const;
  if (experiment.strategy.kind === 'quantize')
    findings.push({
      ...base,
      message: 'A sweep judges answers on held-out samples after each epoch, and "quantize" trains nothing.',
      remedy: 'Run the schemes of interest as experiments of their own; there are few.',
    });
  else if (experiment.dataset.validation === 0)
    findings.push({
      ...base,
      message:
        'No samples are held out, so nothing but the test samples could judge the points; they choose nothing.',
      remedy: 'Set "validation" of the dataset above 0, for example 0.1.',
    });
  return findings;
}

function stopFindings({ experiment }: CheckContext): Finding[] {
  const { stopEarly, objectives, options } = experiment.sweep!;
  if (!stopEarly) return [];
  const path = ['sweep', 'stopEarly'];
  const [figure] = objectives;
  if (objectives.length > 1 || !(figure === 'auto' || measuresAnswers(objectives)))
    return [
      {
        message: 'Points are ended early by one figure of held-out samples, "accuracy" or "loss".',
        remedy: 'Remove "stopEarly", or write that figure alone in "objectives".',
        path,
        severity: 'error',
        code: 'sweep-stop',
      },
    ];
  const { epochs } = experiment.training;
  if ('training.epochs' in options)
    return [
      {
        message:
          'Points are compared after the same number of epochs, and "training.epochs" is tried, too: what is to learn longer is slower at first.',
        remedy: 'Remove "stopEarly", or do not try "training.epochs".',
        path,
        severity: 'warning',
        code: 'sweep-stop',
      },
    ];
  if (stopEarly.minEpochs < epochs) return [];
  return [
    {
      message: `Points are compared for the first time after ${stopEarly.minEpochs} epochs, and training ends after ${epochs}: none is ended early.`,
      remedy: 'Write fewer "minEpochs", or remove "stopEarly".',
      path: [...path, 'minEpochs'],
      severity: 'warning',
      code: 'sweep-stop',
    },
  ];
}

const measuresAnswers = (objectives: readonly string[]) =>
  objectives.includes('accuracy') || objectives.includes('loss');

function budgetFindings({ experiment }: CheckContext): Finding[] {
  const sweep = experiment.sweep!;
  const seeds = experiment.seeds.length;
  const { runs, hours, sampler } = sweep;
  const findings: Finding[] = [];
  const find = (finding: Pick<Finding, 'message' | 'remedy' | 'severity' | 'path'>) =>
    void findings.push({ ...finding, code: 'sweep-budget' });
  if (runs !== undefined && runs < seeds)
    find({
      message: `A budget of ${runs} ${runs === 1 ? 'run' : 'runs'} holds no point: each takes ${seeds} runs, one for each seed.`,
      remedy: `Write at least ${seeds}, or fewer seeds.`,
      path: ['sweep', 'runs'],
      severity: 'error',
    });
  else if (runs !== undefined && runs % seeds > 0)
    find({
      message: `A budget of ${runs} runs holds ${Math.floor(runs / seeds)} points of ${seeds} seeds; ${runs % seeds} of the runs are left over.`,
      remedy: `Write ${runs - (runs % seeds)} or ${runs - (runs % seeds) + seeds}.`,
      path: ['sweep', 'runs'],
      severity: 'warning',
    });
  if (sampler !== 'grid') {
    if (runs === undefined && hours === undefined)
      find({
        message: 'The sweep has no end: neither "runs" nor "hours" is given.',
        remedy: 'Write "runs", for example 40, or "hours".',
        path: ['sweep'],
        severity: 'error',
      });
    return findings;
  }
  const size = gridSize(spaceOf(experiment, sweep));
  if (size === undefined) return findings;
  const whole = `The grid has ${grouped(size)} points, ${grouped(size * seeds)} runs`;
  if (runs === undefined && hours === undefined && size > mostGridPoints)
    find({
      message: `${whole}.`,
      remedy:
        'Try fewer values, give a budget in "runs" or "hours", or use the sampler "random", which covers each option better for the same number of runs.',
      path: ['sweep', 'options'],
      severity: 'error',
    });
  else if (runs !== undefined && runs < size * seeds)
    find({
      message: `${whole}, and the budget ends after ${grouped(Math.floor(runs / seeds))} of the points: values at the end of the first options are never tried.`,
      remedy: 'Use the sampler "random", or raise "runs".',
      path: ['sweep', 'runs'],
      severity: 'warning',
    });
  return findings;
}

const grouped = (count: number) => count.toLocaleString('en-US');
