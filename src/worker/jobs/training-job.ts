import { join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { requireServed } from '../../checks/server.ts';
import type { Dataset } from '../../data/dataset.ts';
import { pairVocabularies } from '../../data/text/across/token-pairs.ts';
import { RandomGenerator } from '../../device/random-generator.ts';
import { isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { StudentConfig } from '../../experiment/schema/schema.ts';
import { valuesAskedOf } from '../../experiment/strategies/named-layers.ts';
import type { OnPolicyConfig } from '../../experiment/strategies/sequence/on-policy.ts';
import { buildModel } from '../../models/build-model.ts';
import { classMismatchOfStudent } from '../../models/checkpoint/class-order.ts';
import { adapterBeside } from '../../models/lora/peft-files.ts';
import { type Model, parameterCount } from '../../models/model.ts';
import { createStrategy } from '../../strategies/create-strategy.ts';
import { hiddenShapes, withNamed } from '../../strategies/hidden-shapes.ts';
import type { AttachedStrategy, Candidate, TeacherNeeds } from '../../strategies/strategy.ts';
import type { Quality } from '../../training/evaluation/quality.ts';
import { OwnSamples } from '../../training/generation/own-samples.ts';
import { initializer } from '../../training/initialize.ts';
import { prepareStudent, requireBuildable, type Student } from '../../training/student.ts';
import type { Teacher } from '../../training/teacher/teacher.ts';
import { needsTeacher } from '../../training/teacher/teacher-source.ts';
import type { RunResult } from '../directory/events.ts';
import { appraise } from './appraise.ts';
import { answersOf, ensembleName, type Subject } from './assess.ts';
import { exportStudent } from './export-student.ts';
import { finish } from './finish.ts';
import type { Job } from './job.ts';
import { requireTokensFor, warnOfOtherTokens } from './job-across.ts';
import { dataOfJob, type JobData, requireApart } from './job-data.ts';
import { teacherOfJob, warnOfPixels, warnOfStorage } from './job-teacher.ts';
import { learningMaterial } from './learning-material.ts';
import { qualityOfTeacher, requireUseful } from './teacher-quality.ts';
import { trainStudent } from './train-student.ts';

/**
 * A run that trains a student, from its data to the exported student, phase by phase.
 * @throws UserError for what the user can mend
 * @throws Interruption if asked to end early
 */
export async function trainingJob(job: Job): Promise<void> {
  const { experiment } = job.request;
  job.begin('prepare');
  const data = await dataOfJob(job);
  const { dataset, ofTeacher } = data;
  const read = ofTeacher ?? dataset;
  if (!experiment.student) throw new UserError('The experiment has no "student".');
  requireBuildable(experiment.student, dataset.task);
  const config = experiment.teacher;
  const server = config?.server;
  if (server) requireServed(experiment, dataset.task);
  const teacher = config && !server ? await teacherOfJob(job, config, read) : undefined;
  const known = new Map<string, Quality>();
  if (teacher) requireApart(teacher.model, 'The teacher', read);
  if (teacher) known.set('teacher', await qualityOfTeacher(job, teacher, read));
  const { model: student, checkpoint } = await studentOfJob(job, experiment.student, dataset, teacher);
  requireApart(student, 'The student', dataset);
  const { strategy, needs } = attachStrategy(job, student, teacher?.model, data);
  warnOfSize(job, student, teacher);
  if (teacher) {
    const needed = needs.logits || needs.texts !== undefined;
    await requireUseful(job, 'The teacher', teacher, known.get('teacher')!, read, needed);
    if (ofTeacher) warnOfOtherTokens(job, dataset, ofTeacher);
  }

  const material = await learningMaterial(job, teacher, needs, data);
  const ownSamples = needs.ownSamples && ownSamplesOfJob(job, student, needs.ownSamples, dataset);
  const outcome = await trainStudent(job, {
    student,
    ...(ownSamples && { ownSamples }),
    strategy,
    dataset,
    ...material,
    begins: { teacher: teacher?.hash ?? material.answers, student: checkpoint?.hash },
  });
  // What is appraised is what is saved.
  student.adapter?.merge();

  const candidates = strategy.candidates?.() ?? [];
  const subjects: Subject[] = [
    { name: 'student', model: student, ensemble: candidates.some(({ ensemble }) => ensemble) },
    ...(teacher
      ? [
          {
            name: 'teacher',
            model: teacher.model,
            ensemble: false,
            ...(ofTeacher && { dataset: ofTeacher }),
          },
        ]
      : []),
    ...candidates,
  ];
  const { quality, keep, againstTeacher, continuations, figures } = await appraise(
    job,
    subjects,
    dataset,
    outcome,
    known,
  );
  const bytes = await exportAll(job, student, candidates, dataset);
  const together = quality.get(ensembleName);
  const result: RunResult = {
    student: figures('student', bytes.student),
    ...(candidates.length > 0 && {
      candidates: Object.fromEntries(
        candidates.map(({ name }) => [name, figures(name, bytes.candidates.get(name)!)]),
      ),
    }),
    ...(together && { ensemble: answersOf(together) }),
    ...(teacher && {
      teacher: figures('teacher', teacher.bytes),
      ...againstTeacher(),
    }),
    bestEpoch: outcome.bestEpoch,
    trainingSeconds: outcome.seconds,
    ...(!ownSamples &&
      material.samples.tokens !== undefined && {
        trainedTokens: outcome.epochs * material.samples.tokens,
      }),
    ...(outcome.energy && { energy: outcome.energy }),
    ...material.costs(outcome),
    ...(continuations.length > 0 && { continuations: [...continuations] }),
  };
  await keep();
  await finish(job, student.config, result);
}

/** What the student writes to learn from. */
function ownSamplesOfJob(
  job: Job,
  student: Model,
  config: OnPolicyConfig,
  { task, tokenizer, packed }: Dataset,
): OwnSamples {
  if (packed)
    throw new UserError('Documents that share a sample cannot each be gone on with by the student.', {
      remedy: 'Set "samples" of the dataset to "documents" or "packed", or remove "onPolicy".',
    });
  const { length, padId } = task.text!;
  const { device, control, request } = job;
  return job.keep(
    new OwnSamples({
      device,
      student,
      config,
      seed: request.seed,
      endId: tokenizer?.endId,
      length,
      padId,
      stopRequested: control.requested,
    }),
  );
}

async function studentOfJob(
  job: Job,
  config: StudentConfig,
  dataset: Dataset,
  teacher: Teacher | undefined,
): Promise<Student> {
  const { request, control } = job;
  const student = await prepareStudent({
    config,
    values: valuesAskedOf('student', request.experiment.strategy),
    task: dataset.task,
    classNames: dataset.classNames,
    experimentDirectory: request.directory,
    teacher: teacher?.model,
    generator: RandomGenerator.forUse(request.seed, 'weights'),
    stopRequested: control.requested,
    onDownload: job.progress('prepare', 'bytes'),
  });
  job.keep(student.model);
  const { checkpoint } = student;
  if (checkpoint?.storage) warnOfStorage(job, checkpoint.directory, checkpoint.storage);
  const otherClasses = classMismatchOfStudent(checkpoint?.classNames, dataset.classNames);
  if (otherClasses) job.warn(otherClasses);
  // It learns what it is shown, and only begins with what it knew.
  warnOfPixels(job, 'The student’s checkpoint', checkpoint?.pixelScale, dataset);
  return student;
}

function attachStrategy(
  job: Job,
  student: Model,
  teacher: Model | undefined,
  { dataset, ofTeacher }: JobData,
): { strategy: AttachedStrategy; needs: TeacherNeeds } {
  const { experiment, seed } = job.request;
  const { task } = dataset;
  const strategy = createStrategy(experiment.strategy);
  const teacherShapes = teacher && hiddenShapes(teacher);
  const needs = strategy.needs({ student: hiddenShapes(student), teacher: teacherShapes });
  const { server } = experiment.teacher ?? {};
  if ((needsTeacher(needs) || needs.texts) && !teacher && !server)
    throw new UserError(
      `The strategy "${strategy.kind}" learns from a teacher, and the experiment names none.`,
      {
        remedy: 'Add a "teacher" with a "model" or a "checkpoint", or use the strategy "direct".',
      },
    );
  requireTokensFor(needs, ofTeacher);
  const attached = strategy.attach({
    student,
    // A server answers with the classes that it is told.
    ...(server && { teacher: { hiddenShapes: withNamed([]), classes: task.classes } }),
    ...(teacher &&
      teacherShapes && {
        teacher: {
          hiddenShapes: teacherShapes,
          classes: teacher.task.classes,
          ...(needs.across && { pairs: pairVocabularies(dataset.tokenizer!, ofTeacher!.tokenizer!) }),
        },
      }),
    task,
    initialize: initializer(seed),
    buildModel(config, name) {
      // A graph does not say how its weights are drawn.
      if (isGraphConfig(config))
        job.warn(
          `${name} begins as the student’s graph with weights drawn at random, each tensor with the mean and spread that it has in the student’s file.`,
        );
      return job.keep(buildModel(config, task, RandomGenerator.forUse(seed, `weights/${name}`)));
    },
  });
  return { strategy: job.keep(attached), needs };
}

function warnOfSize(job: Job, student: Model, teacher: Teacher | undefined): void {
  if (!teacher || parameterCount(student) <= parameterCount(teacher.model)) return;
  job.warn(
    `The student has more parameters (${parameterCount(student)}) than its teacher (${parameterCount(teacher.model)}).`,
  );
}

/** Saves every model but the teacher. @returns bytes of the weights on disk */
async function exportAll(
  job: Job,
  student: Model,
  candidates: readonly Candidate[],
  dataset: Dataset,
): Promise<{ student: number; candidates: ReadonlyMap<string, number> }> {
  const { candidatesDirectory, studentDirectory } = job.directory;
  job.begin('export');
  const sizes = new Map<string, number>();
  for (const { name, model } of candidates)
    sizes.set(name, (await exportStudent(model, dataset, join(candidatesDirectory, name))).bytes);
  const beside = adapterBeside(student, job.request.experiment.student?.checkpoint);
  const { bytes } = await exportStudent(student, dataset, studentDirectory, { beside });
  return { student: bytes, candidates: sizes };
}
