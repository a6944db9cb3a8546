import { alternatives } from '../../base/alternatives.ts';
import type { ArchitectureRecord, ModelGoal } from './architecture-record.ts';
import { bert } from './bert.ts';
import { cnn } from './cnn.ts';
import { gemma3 } from './gemma3.ts';
import { gpt2 } from './gpt2.ts';
import { llama } from './llama.ts';
import { mlp } from './mlp.ts';
import { mobilenetv2 } from './mobilenetv2.ts';
import { modernbert } from './modernbert.ts';
import { resnet } from './resnet.ts';
import { resnetImagenet } from './resnet-imagenet.ts';
import { vit } from './vit.ts';

/** Every architecture, by the name it has in experiments; in the order that they are offered. */
export const architectureRecords = {
  mlp,
  cnn,
  resnet,
  'resnet-imagenet': resnetImagenet,
  mobilenetv2,
  vit,
  bert,
  modernbert,
  gpt2,
  llama,
  gemma3,
} satisfies Record<string, ArchitectureRecord>;

export type Architecture = keyof typeof architectureRecords;

export const architectures = Object.keys(architectureRecords) as readonly Architecture[];

/** What is known of an architecture; undefined for a name that a later version may have stored. */
export function architectureRecord(name: string): ArchitectureRecord | undefined {
  return Object.hasOwn(architectureRecords, name) ? architectureRecords[name as Architecture] : undefined;
}

/** The architectures that are for one goal, as messages name them: '"gpt2" or "llama"'. */
export const architecturesFor = (goal: ModelGoal): string =>
  alternatives(
    architectures
      .filter((name) => architectureRecords[name].goal === goal)
      .map((name) => JSON.stringify(name)),
  );
