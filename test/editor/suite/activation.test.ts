import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { commands as descriptions } from '../../../extension/contributions/commands.ts';
import { distillery, extension, milliseconds, threadMilliseconds } from './support.ts';

describe('activation', () => {
  it('is quick, and reads nothing before it returns', async () => {
    const wasActive = extension().isActive;
    const start = performance.now();
    const worked = threadMilliseconds();
    const api = await extension().activate();
    const held = threadMilliseconds() - worked;
    const all = performance.now() - start;
    assert.equal(wasActive, false, 'nothing in an empty folder activates it');
    console.log(
      `activation: ${milliseconds(api.activationMs)} in activate(), ${milliseconds(held)} of the host's time with loading its code, done after ${milliseconds(all)}`,
    );
    await api.ready;
  });

  it('registers every command of the manifest', async () => {
    await distillery();
    const known = new Set(await commands.getCommands(true));
    for (const id of Object.keys(descriptions)) assert.ok(known.has(id), id);
  });
});
