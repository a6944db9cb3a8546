import { UserError } from '../../base/user-error.ts';
import {
  type GraphInputs,
  type GraphNames,
  type InputRole,
  inputRoles,
  type PastInput,
} from '../../experiment/architectures/onnx-graph.ts';
import { type Graph, type GraphValue, readBy } from './graph.ts';
import { didYouMeanOne, GraphNameProblem } from './names.ts';

/** What an input or output is called where nothing else is said. */
const usual: Readonly<Record<keyof GraphInputs, RegExp>> = {
  ids: /^(input_ids|ids|tokens|input_tokens)$/i,
  mask: /^(attention_mask|input_mask|mask)$/i,
  segments: /^(token_type_ids|segment_ids)$/i,
  positions: /^position_ids$/i,
  pixels: /^(pixel_values|pixels|images?|inputs?|input\.1|x)$/i,
};

const pastName = /^past_key_values\.\d+\.(key|value)$/;

export interface Roles {
  readonly inputs: GraphInputs;
  /** Whether images have their channels last. */
  readonly channelsLast: boolean;
  readonly answer: string;
  /** Inputs for what was kept of tokens before. */
  readonly past?: PastInput[];
  /** The input that says whether there is any. */
  readonly usesPast?: string;
}

/**
 * Finds out what each input of a graph is, and which of its outputs is the answer.
 * @param names what was said of it
 * @throws UserError if an input is left that nobody can fill, or no output is the answer
 * @throws GraphNameProblem if what was said of it is not so
 */
export function rolesOf(graph: Graph, names: GraphNames = {}): Roles {
  const used = new Set(graph.nodes.flatMap(readBy));
  const inputs = namedInputs(graph, names, used);
  const named = new Set(inputs.values());
  const left: GraphValue[] = [];
  for (const input of graph.inputs) {
    if (!used.has(input.name) || named.has(input)) continue;
    const role = (Object.keys(usual) as (keyof GraphInputs)[]).find(
      (role) => !inputs.has(role) && usual[role].test(input.name) && fits(role, input),
    );
    if (role) inputs.set(role, input);
    else left.push(input);
  }
  fillByKind(inputs, left);
  const kept = takePast(left);
  if (left.length > 0) throw unfillable(graph, left);
  for (const [role, input] of inputs) requireOpen(graph, role, input);
  const pixels = inputs.get('pixels');
  if (!pixels && !inputs.has('ids'))
    throw new UserError(`${graph.file} takes neither token ids nor images.`, {
      remedy: 'Export the model with one input of token ids or of images.',
      place: graph.file,
    });
  return {
    inputs: Object.fromEntries([...inputs].map(([role, { name }]) => [role, name])),
    ...kept,
    channelsLast: pixels !== undefined && channelsAreLast(graph, pixels),
    answer: names.logits === undefined ? answerOf(graph) : namedAnswer(graph, names.logits),
  };
}

function namedInputs(
  graph: Graph,
  { inputs = {} }: GraphNames,
  used: ReadonlySet<string>,
): Map<keyof GraphInputs, GraphValue> {
  const found = new Map<keyof GraphInputs, GraphValue>();
  for (const [role, name] of Object.entries(inputs) as [InputRole, string | undefined][]) {
    if (name === undefined) continue;
    const wrong = (message: string, remedy: string) =>
      new GraphNameProblem(['inputs', role], message, { remedy, place: graph.file });
    const input = graph.inputs.find((one) => one.name === name);
    const names = graph.inputs.map(({ name }) => name);
    if (!input) throw wrong(`${graph.file} has no input "${name}".`, didYouMeanOne(name, names));
    if (!used.has(name))
      throw wrong(`${graph.file}: no node reads its input "${name}".`, `Remove "${role}".`);
    const key = inputRoles[role];
    if (!fits(key, input))
      throw wrong(
        `${graph.file}: its input "${name}" takes ${input.kind === 'float' ? 'floats' : 'whole numbers'} of ${input.shape!.length} axes, which cannot be ${role}.`,
        `Name an input of ${key === 'pixels' ? 'floats with 4 axes' : '2 axes: (batch, length)'}.`,
      );
    found.set(key, input);
  }
  return found;
}

const fits = (role: keyof GraphInputs, { kind, shape }: GraphValue): boolean =>
  role === 'pixels'
    ? kind === 'float' && (shape === undefined || shape.length === 4)
    : shape === undefined || shape.length === 2;

/** Odd names: the only list of whole numbers, or else the only image, can be nothing else. */
function fillByKind(inputs: Map<keyof GraphInputs, GraphValue>, left: GraphValue[]): void {
  if (inputs.has('ids') || inputs.has('pixels')) return;
  const texts = left.filter(({ kind, shape }) => kind === 'integer' && shape?.length === 2);
  const images = left.filter(({ kind, shape }) => kind === 'float' && shape?.length === 4);
  const [role, found] = texts.length > 0 ? (['ids', texts] as const) : (['pixels', images] as const);
  if (found.length !== 1) return;
  inputs.set(role, found[0]!);
  left.splice(left.indexOf(found[0]!), 1);
}

/** Caches of keys and values, as Optimum names them, are given empty; they are taken out of those that are left. */
function takePast(left: GraphValue[]): Pick<Roles, 'past' | 'usesPast'> {
  const past: PastInput[] = [];
  for (const value of [...left]) {
    const [, heads, , size] = value.shape ?? [];
    if (!pastName.test(value.name) || value.kind !== 'float' || value.shape?.length !== 4) continue;
    if (typeof heads !== 'number' || typeof size !== 'number') continue;
    past.push({ name: value.name, heads, size });
    left.splice(left.indexOf(value), 1);
  }
  const at = left.findIndex(({ name, kind }) => name === 'use_cache_branch' && kind === 'boolean');
  const [uses] = past.length > 0 && at >= 0 ? left.splice(at, 1) : [];
  return { ...(past.length > 0 && { past }), ...(uses && { usesPast: uses.name }) };
}

function unfillable(graph: Graph, left: readonly GraphValue[]): UserError {
  const names = left.map(({ name }) => `"${name}"`).join(', ');
  const past = left.some(({ name }) => /past|cache/i.test(name));
  return new UserError(
    `${graph.file} takes ${names}, and nothing here can fill ${left.length === 1 ? 'it' : 'them'}.`,
    {
      remedy: past
        ? 'Export the model without its cache of past keys and values (use_cache=False).'
        : `Say in "graph" which of "inputs" ${left.length === 1 ? 'it is' : 'they are'}: ${Object.keys(inputRoles).join(', ')}. Or export the model with token ids and their mask, or with images, as its only inputs.`,
      place: graph.file,
    },
  );
}

/** Samples come in batches of many sizes, texts in many lengths. */
function requireOpen(graph: Graph, role: keyof GraphInputs, { name, shape }: GraphValue): void {
  const fixed = shape?.findIndex(
    (size, axis) => typeof size === 'number' && (axis === 0 || role !== 'pixels'),
  );
  if (fixed === undefined || fixed < 0) return;
  const what = fixed === 0 ? 'batches of' : 'texts of just';
  throw new UserError(
    `${graph.file} takes ${what} ${shape![fixed]} only: axis ${fixed} of its input "${name}" is fixed.`,
    {
      remedy:
        'Export it with that axis open: dynamic_axes or dynamic_shapes of torch.onnx.export, as Optimum does on its own.',
      place: graph.file,
    },
  );
}

const channelCounts = new Set<number | string>([1, 3, 4]);

function channelsAreLast(graph: Graph, { name, shape }: GraphValue): boolean {
  if (shape && shape.length !== 4)
    throw new UserError(`${graph.file}: its input "${name}" has ${shape.length} axes; images have 4.`, {
      remedy: 'Export a model that takes (batch, channels, height, width).',
      place: graph.file,
    });
  return shape !== undefined && !channelCounts.has(shape[1]!) && channelCounts.has(shape[3]!);
}

function answerOf(graph: Graph): string {
  const { outputs } = graph;
  const list = outputs.map(({ name }) => `"${name}"`).join(', ');
  const floats = outputs.filter(({ kind }) => kind === 'float');
  const found =
    floats.find(({ name }) => /^logits$/i.test(name)) ?? (floats.length === 1 ? floats[0] : undefined);
  if (found) return found.name;
  throw new UserError(`${graph.file} answers with ${list || 'nothing'}; none of them is named "logits".`, {
    remedy: 'Name the answer as "logits" of "graph", or export the model with output_names=["logits"].',
    place: graph.file,
  });
}

/** An output, or what a node within gives. */
function namedAnswer(graph: Graph, name: string): string {
  const made = graph.nodes.flatMap(({ outputs }) => outputs.filter((output) => output !== ''));
  if (made.includes(name)) return name;
  throw new GraphNameProblem(['logits'], `${graph.file} has no value "${name}".`, {
    remedy: didYouMeanOne(name, [...graph.outputs.map(({ name }) => name), ...made]),
    place: graph.file,
  });
}
