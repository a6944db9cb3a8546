import { dataIdentity, describeData } from '../data-read.ts';
import type { ConfigDifference } from '../differences.ts';
import type { Comparison } from '../figures.ts';
import { configIdentity } from '../flat-config.ts';
import { oneLine } from '../formatting.ts';
import type { RunGroup } from '../groups.ts';
import type { TeacherRow } from '../teachers.ts';
import { folderPart, type MeasuredOn, measuredOn, type SectionTask } from './data-set.ts';

/** Groups that were measured on the same data and task: only these are compared, and only these share an axis. */
export interface ComparisonSection {
  /** Stable within one comparison. */
  readonly key: string;
  /** The data, as far as it must be named to tell it from that of other sections. */
  readonly title: string;
  readonly task: SectionTask;
  /** Keys of the groups and teachers, and ids of the runs, in the order of the comparison. */
  readonly groups: readonly string[];
  readonly teachers: readonly string[];
  readonly runs: readonly string[];
  /** Settings that differ between these groups; the values follow the order of `groups`. */
  readonly differences: readonly ConfigDifference[];
}

/** Groups by what they are measured on, as their experiments say, in the order of their first group. */
export function byDataSet(groups: readonly RunGroup[]): RunGroup[][] {
  return grouped(groups, (group) => JSON.stringify([...measuredOn(group).parts].sort()));
}

/**
 * The sections of a comparison, by first group. Where one experiment found other data under the same name, the data
 * itself parts them too.
 */
export function sectionsOf(
  groups: readonly RunGroup[],
  teachers: readonly TeacherRow[],
  differencesOf: (groups: readonly RunGroup[]) => readonly ConfigDifference[],
): ComparisonSection[] {
  const place = new Map(groups.map((group, index) => [group.key, index]));
  const members = byDataSet(groups)
    .flatMap((family) => (readsOtherData(family) ? grouped(family, identityRead) : [family]))
    .sort(([one], [other]) => place.get(one!.key)! - place.get(other!.key)!);
  const titles = titlesOf(members.map(([first]) => first!));
  return members.map((own, index) => {
    const keys = new Set(own.map(({ key }) => key));
    return {
      key: `s${index + 1}`,
      title: titles[index]!,
      task: measuredOn(own[0]!).task,
      groups: own.map(({ key }) => key),
      teachers: teachers
        .filter((teacher) => teacher.groups.some((key) => keys.has(key)))
        .map(({ key }) => key),
      runs: own.flatMap(({ runs }) => runs),
      differences: differencesOf(own),
    };
  });
}

/** 'MNIST, image classification'. */
export const sectionTitle = ({ title, task }: Pick<ComparisonSection, 'title' | 'task'>): string =>
  `${title}, ${task}`;

/** The section of each run, by its id. */
export const sectionByRun = ({
  sections,
}: Pick<Comparison, 'sections'>): ReadonlyMap<string, ComparisonSection> =>
  new Map(sections.flatMap((section) => section.runs.map((run) => [run, section] as const)));

const identityRead = ({ data }: RunGroup): string => JSON.stringify([...dataIdentity(data)]);

/** Whether groups with the same settings of their data read other data. */
function readsOtherData(family: readonly RunGroup[]): boolean {
  const known = family.filter(({ data }) => data !== null);
  const byConfig = grouped(known, ({ config }) => configIdentity(config.dataset));
  return byConfig.some((same) => new Set(same.map(identityRead)).size > 1);
}

function grouped(groups: readonly RunGroup[], keyOf: (group: RunGroup) => string): RunGroup[][] {
  const found = new Map<string, RunGroup[]>();
  for (const group of groups) {
    const key = keyOf(group);
    const same = found.get(key);
    if (same) same.push(group);
    else found.set(key, [group]);
  }
  return [...found.values()];
}

/** Names of data; those that are the same get what tells them apart, at most three settings of it. */
function titlesOf(firsts: readonly RunGroup[]): string[] {
  const all = firsts.map((group) => ({ group, ...measuredOn(group) }));
  return all.map((one) => {
    const namesakes = all.filter((other) => other.name === one.name && other.task === one.task);
    if (namesakes.length === 1) return one.name;
    const settings = tellingParts(one, namesakes);
    const read = new Set(namesakes.map(({ group }) => identityRead(group))).size > 1;
    if (settings.length === 0 && read) settings.push(describeData(one.group.data));
    return settings.length === 0 ? one.name : `${one.name} (${settings.join(', ')})`;
  });
}

function tellingParts({ parts }: MeasuredOn, all: readonly MeasuredOn[]): string[] {
  const keys = new Set(all.flatMap((one) => [...one.parts.keys()]));
  return [...keys]
    .filter((key) => new Set(all.map((one) => one.parts.get(key))).size > 1)
    .flatMap((key) => partText(key, parts.get(key)) ?? [])
    .slice(0, 3);
}

/** A setting for people; nothing where its absence says nothing. */
function partText(key: string, value: string | undefined): string | undefined {
  if (key === 'testLimit') return `${value ?? 'all'} test samples`;
  if (value === undefined) return key === 'splitSeed' ? undefined : `no ${key}`;
  return key === folderPart ? `in ${oneLine(value, 40)}` : `${key} ${oneLine(value, 40)}`;
}
