import type { Finding } from '../../experiment/parsing/problem.ts';
import { experimentSchema } from '../../experiment/schema/schema.ts';
import type { Check, CheckContext } from '../context.ts';
import { atPlace, type Candidate, candidatesOf, writtenWith } from './options.ts';

/** Values looked at one by one; each costs as much as checking a model. */
const mostValues = 200;

/**
 * What checks say of an experiment with each value of its sweep in it, that they do not say of the experiment as it
 * stands. Values are tried one at a time; data and checkpoints that a value names are not opened.
 * @param known what was found of the experiment itself
 */
export async function checkSweptValues(
  context: CheckContext,
  known: readonly Finding[],
  checks: readonly Check[],
): Promise<Finding[]> {
  const said = new Set(known.map(({ code, message }) => `${code} ${message}`));
  const written = context.written ?? context.experiment;
  const findings: Finding[] = [];
  for (const candidate of candidatesOf(context.experiment.sweep!).slice(0, mostValues)) {
    const changed = writtenWith(written, candidate);
    const { data: experiment } = experimentSchema.safeParse(changed);
    if (!experiment) continue;
    const tried = { ...withoutReplaced(context, candidate), experiment, written: changed };
    for (const check of checks)
      for (const finding of await check(tried))
        if (!said.has(`${finding.code} ${finding.message}`)) findings.push(atPlace(finding, candidate));
  }
  return findings;
}

/** What was read of data and checkpoints, where the value leaves those as they are. */
function withoutReplaced(context: CheckContext, { path: [section, option] }: Candidate): CheckContext {
  const { dataset, storedTeacher, storedStudent, ...rest } = context;
  const replaces = (who: string) => section === who && (option === undefined || option === 'checkpoint');
  return {
    ...rest,
    ...(section !== 'dataset' && { dataset }),
    ...(!replaces('teacher') && { storedTeacher }),
    ...(!replaces('student') && { storedStudent }),
  };
}
