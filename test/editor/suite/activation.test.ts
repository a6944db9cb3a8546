import assert from 'node:assert/strict';
import { commands } from 'vscode';
import { commands as descriptions } from '../../../extension/contributions/commands.ts';
import { distillery, extension } from './support.ts';

describe('activation', () => {
  it('is quick, and reads nothing before it returns', async () => {
    const start = performance.now();
    const api = await extension().activate();
    const all = performance.now() - start;
    console.log(
      `activation: ${api.activationMs.toFixed(1)} ms in activate(), ${all.toFixed(1)} ms with loading its code`,
    );
    // Far above the aim of 100 ms: only a blunder, such as loading the database, takes so long.
    assert.ok(api.activationMs < 1000, `${api.activationMs} ms`);
    await api.ready;
  });

  it('registers every command of the manifest', async () => {
    await distillery();
    const known = new Set(await commands.getCommands(true));
    for (const id of Object.keys(descriptions)) assert.ok(known.has(id), id);
  });
});
