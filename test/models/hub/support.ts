import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import type { HubLimits } from '../../../src/models/hub/limits.ts';
import { parseHubReference } from '../../../src/models/hub/reference.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { checkpointFolder } from '../reference-checkpoint.ts';
import { commit, type HubServer } from './hub-server.ts';

export const weights = 'model.safetensors';

/** A checkpoint as its hub has it. */
export function filesOf(name: string, extra: Record<string, string> = {}): Map<string, Buffer> {
  const folder = checkpointFolder(name);
  const files = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))]));
  for (const [file, content] of Object.entries(extra)) files.set(file, Buffer.from(content));
  return files;
}

/** Points the environment at a hub and an empty cache, and puts it back. @returns the model's folder in the cache */
export function use(
  context: TestContext,
  hub: Pick<HubServer, 'url'>,
  variables: Record<string, string> = {},
): string {
  const home = temporaryDirectory(context);
  const wanted: Record<string, string> = { HF_ENDPOINT: hub.url, HF_HOME: home, HF_TOKEN: '', ...variables };
  for (const name of ['HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_HUB_OFFLINE', ...Object.keys(wanted)]) {
    const before = process.env[name];
    context.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
    if (wanted[name] === undefined) delete process.env[name];
    else process.env[name] = wanted[name];
  }
  return join(home, 'hub', 'models--tiny--model');
}

export const reference = parseHubReference('hf:tiny/model');

/** Expects an error for people. */
export async function refuse(work: Promise<unknown>, message: RegExp, remedy = /./): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String((error as Error).stack));
    assert.match(error.message, message);
    assert.match(error.remedy ?? '', remedy);
    return true;
  });
}

/** A hub is given up soon here; what is asserted is that it is, not when. */
export const impatient: Partial<HubLimits> = { answerMs: 4000, silenceMs: 4000, attempts: 1 };

/** Nothing of a model that could not be had is taken for one. */
export function assertNotThere(folder: string): void {
  assert.ok(!existsSync(join(folder, 'refs', 'main')));
  assert.ok(!existsSync(join(folder, 'snapshots', commit, weights)));
}
