import type { RunResult } from '../worker/directory/events.ts';
import type { Coloured } from './charts/drawing/chart-theme.ts';

/** A beginning of a test text, how the text goes on, and how each model does, by its name. */
export type Continuation = NonNullable<RunResult['continuations']>[number];

/** What one model wrote. */
export interface Writing extends Coloured {
  /** Of the teacher its description, of a student its experiment, of an exit or peer its name after that. */
  readonly label: string;
  readonly text: string;
}

/** A beginning of a test text with all that was made of it: teachers first. */
export interface SharedPrompt {
  readonly prompt: string;
  readonly reference: string;
  readonly writings: readonly Writing[];
}

interface Writers {
  readonly groups: readonly (Coloured & {
    readonly key: string;
    readonly label: string;
    readonly samples: { readonly continuations: readonly Continuation[] } | null;
  })[];
  readonly teachers: readonly { readonly label: string; readonly groups: readonly string[] }[];
}

/** Models beside each other; more would have to be scrolled through. */
const mostGroups = 12;

/** Continuations of several experiments by their prompts; those of one data set begin alike. */
export function sharedPrompts({ groups, teachers }: Writers): SharedPrompt[] {
  const prompts = new Map<string, { prompt: string; reference: string; writings: Map<string, Writing> }>();
  for (const group of groups.filter(({ samples }) => samples !== null).slice(0, mostGroups)) {
    const { key, label, strategy, variant } = group;
    const teacher = teachers.find((one) => one.groups.includes(key))?.label ?? 'Teacher';
    for (const { prompt, reference, texts } of group.samples!.continuations) {
      const id = JSON.stringify([prompt, reference]);
      const shared = prompts.get(id) ?? { prompt, reference, writings: new Map<string, Writing>() };
      prompts.set(id, shared);
      for (const [name, text] of Object.entries(texts)) {
        const own: Writing =
          name === 'teacher'
            ? { label: teacher, strategy: 'teacher', text }
            : { label: name === 'student' ? label : `${label}, ${name}`, strategy, variant, text };
        // A teacher wrote anew in each run, with the run's seed: once is enough.
        const writer = name === 'teacher' ? `teacher ${teacher}` : `${key} ${name}`;
        if (!shared.writings.has(writer)) shared.writings.set(writer, own);
      }
    }
  }
  const isTeacher = (writing: Writing) => writing.strategy === 'teacher';
  return [...prompts.values()].map(({ prompt, reference, writings }) => {
    const all = [...writings.values()];
    return {
      prompt,
      reference,
      writings: [...all.filter(isTeacher), ...all.filter((one) => !isTeacher(one))],
    };
  });
}

/** The same of a single run. */
export function promptsOfRun(
  continuations: readonly Continuation[],
  { label, strategy, variant }: Coloured & { readonly label: string },
): SharedPrompt[] {
  return sharedPrompts({
    groups: [{ key: 'run', label, strategy, variant, samples: { continuations } }],
    teachers: [],
  });
}
