import type { Finding, JsonPath } from '../experiment/problem.ts';
import { valueAt } from '../experiment/schema-walk.ts';
import { unusedByCompression } from './compression.ts';
import type { Check } from './context.ts';
import { taskOf } from './task.ts';

/** Options that are written down but that other options keep from doing anything. */
export const checkUnusedOptions: Check = (context) => {
  const { experiment, written } = context;
  const { training, teacher, strategy } = experiment;
  const findings: Finding[] = [];
  const unused = (path: JsonPath, why: string) => {
    if (valueAt(written, path) === undefined) return;
    const name = String(path.at(-1));
    findings.push({
      message: `"${name}" does nothing here: ${why}.`,
      remedy: 'Remove it.',
      path,
      at: 'key',
      severity: 'warning',
      code: 'unused-option',
      fix: { title: `Remove "${name}"`, path, remove: true },
    });
  };
  const optimizer = (kind: string, section: JsonPath) => {
    if (kind !== 'sgd')
      for (const name of ['momentum', 'weightDecayKind'])
        unused([...section, name], 'only the optimizer "sgd" uses it');
    if (kind !== 'adamw')
      for (const name of ['beta1', 'beta2', 'epsilon'])
        unused([...section, name], 'only the optimizer "adamw" uses it');
  };
  const augmentation = (section: JsonPath) => {
    if (taskOf(context)?.task.text) unused([...section, 'augmentation'], 'only images are changed at random');
  };
  const selection = (section: JsonPath) => {
    if (experiment.dataset.validation === 0)
      unused([...section, 'selectBy'], 'nothing is held out, so the last epoch is kept');
  };
  optimizer(training.optimizer, ['training']);
  selection(['training']);
  augmentation(['training']);
  if (teacher?.checkpoint !== undefined)
    for (const name of ['training', 'seed'])
      unused(['teacher', name], 'a teacher from a checkpoint is not trained');
  else if (teacher?.training !== undefined) {
    optimizer(teacher.training.optimizer, ['teacher', 'training']);
    selection(['teacher', 'training']);
    augmentation(['teacher', 'training']);
  }

  const divergence = (kind: string, section: JsonPath) => {
    if (kind !== 'jsd') unused([...section, 'beta'], 'only the divergence "jsd" uses it');
    if (!kind.startsWith('skew')) unused([...section, 'lambda'], 'only the skewed divergences use it');
  };
  if (strategy.kind === 'sequence') divergence(strategy.divergence, ['strategy']);
  if (strategy.kind === 'combined')
    for (const [index, term] of strategy.terms.entries())
      if (term.kind === 'sequence') divergence(term.divergence, ['strategy', 'terms', index]);
  if (strategy.kind === 'feature' && strategy.responseWeight === 0)
    unused(['strategy', 'temperature'], 'responseWeight is 0');
  if ((strategy.kind === 'online' || strategy.kind === 'self') && strategy.temperature === 1)
    unused(['strategy', 'scaleByTemperature'], 'the temperature is 1, and so is its square');
  if (strategy.kind === 'generated' && strategy.temperature === 0)
    for (const name of ['topK', 'topP'])
      unused(['strategy', name], 'temperature 0 always takes the most probable token');
  for (const { path, why } of unusedByCompression(context)) unused(path, why);
  return findings;
};
