import { alternatives } from '../base/alternatives.ts';
import type { TaskShape } from '../data/dataset.ts';
import type { Finding, JsonPath } from '../experiment/parsing/problem.ts';
import type { ModelConfig, StrategyConfig } from '../experiment/schema/schema.ts';
import { strategyRecord } from '../experiment/schema/strategy-schema.ts';
import { compresses } from '../experiment/strategies/compression.ts';
import { strategyFacts, strategyKinds } from '../experiment/strategies/facts.ts';
import { taskRecord } from '../experiment/tasks/all.ts';
import { planModel } from '../models/create-model.ts';
import { truncatedConfig } from '../models/truncate.ts';
import { createStrategy } from '../strategies/create-strategy.ts';
import { placesOf } from '../strategies/self.ts';
import { type Check, type CheckContext, findingOf, teacherModel } from './context.ts';
import { plannedShapes } from './models/hidden-shapes.ts';
import { studentModel } from './models/student-model.ts';
import { taskOf } from './task.ts';

const withoutTeacher = `strategy ${alternatives(
  strategyKinds
    .filter((kind) => !strategyFacts[kind].needsTeacher && !compresses({ kind }))
    .map((kind) => JSON.stringify(kind)),
)}`;

/** Whether strategy, teacher and student go together. */
export const checkStrategy: Check = (context) => {
  const { experiment } = context;
  const { strategy, teacher } = experiment;
  if (compresses(strategy)) return [];
  if (strategyFacts[strategy.kind].needsTeacher && teacher === undefined)
    return [
      {
        message: `Strategy "${strategy.kind}" needs a teacher, and the experiment has none.`,
        remedy: `Add a "teacher" with a "model" or a "checkpoint", or use ${withoutTeacher}.`,
        path: ['strategy', 'kind'],
        severity: 'error',
        code: 'teacher-missing',
      },
    ];
  const task = taskOf(context)?.task;
  const texts = task ? nextTokenOnly(strategy, task) : [];
  if (texts.length > 0) return texts;
  return [...promptFindings(strategy, task), ...layerFindings(context)];
};

/** Next tokens are nothing that images and texts to classify have. */
function nextTokenOnly(strategy: StrategyConfig, task: TaskShape): Finding[] {
  const { continuesTexts, samples } = taskRecord(task);
  if (continuesTexts) return [];
  return (strategyRecord(strategy).languageModelsOnly?.(strategy) ?? []).map(({ what, path }) => ({
    message: `${what} is for language models, and the dataset has ${samples}.`,
    remedy: `Use "response" for ${task.image ? 'images' : 'classes'}.`,
    path: ['strategy', ...path],
    severity: 'error',
    code: 'sequence-of-images',
  }));
}

/** A prompt as long as a sample leaves the teacher nothing to write. */
function promptFindings(strategy: StrategyConfig, task: TaskShape | undefined): Finding[] {
  const length = task?.text?.length;
  if (strategy.kind !== 'generated' || length === undefined || strategy.promptLength < length) return [];
  return [
    {
      message: `A prompt of ${strategy.promptLength} tokens leaves the teacher nothing to write: samples have ${length} tokens.`,
      remedy: `Set "promptLength" below ${length}, ${Math.max(1, Math.floor(length / 4))} for example, or raise "length" of the dataset.`,
      path: ['strategy', 'promptLength'],
      severity: 'error',
      code: 'prompt-length',
    },
  ];
}

function layerFindings(context: CheckContext): Finding[] {
  const { experiment } = context;
  const { strategy } = experiment;
  const task = taskOf(context)?.task;
  const teacherConfig = teacherModel(context);
  if (task === undefined || (experiment.teacher !== undefined && teacherConfig === undefined)) return [];
  let student: ModelConfig | undefined;
  try {
    student = studentModel(context)?.config;
    if (student === undefined) return [];
    planModel(student, task);
    if (teacherConfig !== undefined) planModel(teacherConfig, task);
  } catch {
    return []; // Said of the models already.
  }
  try {
    const shapes = plannedShapes(student, task);
    createStrategy(strategy).needs({
      student: shapes,
      teacher: teacherConfig && plannedShapes(teacherConfig, task),
    });
    if (strategy.kind === 'self')
      for (const layer of placesOf(strategy, shapes)) truncatedConfig(student, layer, task);
    return [];
  } catch (error) {
    return [findingOf(error, layerPath(strategy), 'layers')];
  }
}

function layerPath(strategy: StrategyConfig): JsonPath {
  if ('layers' in strategy && strategy.layers !== undefined) return ['strategy', 'layers'];
  if ('layer' in strategy && strategy.layer !== undefined) return ['strategy', 'layer'];
  if (strategy.kind === 'combined') return ['strategy', 'terms'];
  return ['strategy'];
}
