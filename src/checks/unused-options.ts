import type { Finding, JsonPath } from '../experiment/parsing/problem.ts';
import { ownTokensOf } from '../experiment/schema/own-tokens.ts';
import { valueAt } from '../experiment/schema/schema-walk.ts';
import { strategyRecord } from '../experiment/schema/strategy-schema.ts';
import { strategyFacts } from '../experiment/strategies/facts.ts';
import { unusedByCompression } from './compression.ts';
import type { Check } from './context.ts';
import { taskOf } from './task.ts';
import { unusedOption } from './unused-option.ts';

/** Options that are written down but that other options keep from doing anything. */
export const checkUnusedOptions: Check = (context) => {
  const { experiment, written } = context;
  const { training, teacher, strategy } = experiment;
  const findings: Finding[] = [];
  const unused = (path: JsonPath, why: string) => {
    if (valueAt(written, path) !== undefined) findings.push(unusedOption(path, why));
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
  if (teacher?.length !== undefined && !teacher.server && !ownTokensOf(experiment))
    unused(
      ['teacher', 'length'],
      'the teacher reads the samples of the dataset, having no tokenizer of its own',
    );
  if (teacher?.server) {
    for (const name of ['training', 'seed', 'tokenizer', 'length'])
      unused(['teacher', name], 'the server has a model of its own');
    const texts = strategyFacts[strategy.kind].ofServer === 'texts';
    const idle = texts ? ['logProbabilities', 'calibrate'] : ['maxTokens'];
    for (const name of idle)
      unused(['teacher', 'server', name], `the server ${texts ? 'writes texts' : 'names classes'} here`);
    if (!texts && teacher.server.logProbabilities === 0)
      unused(['teacher', 'server', 'calibrate'], 'no probabilities are asked for');
    unused(['cacheTeacherSignals'], 'answers of a server are kept, so that none is paid twice');
  }
  if (teacher?.checkpoint !== undefined)
    for (const name of ['training', 'seed'])
      unused(['teacher', name], 'a teacher from a checkpoint is not trained');
  else if (teacher?.training !== undefined) {
    optimizer(teacher.training.optimizer, ['teacher', 'training']);
    selection(['teacher', 'training']);
    augmentation(['teacher', 'training']);
  }

  for (const { path, why } of strategyRecord(strategy).idle?.(strategy) ?? [])
    unused(['strategy', ...path], why);
  for (const { path, why } of unusedByCompression(context)) unused(path, why);
  return findings;
};
