import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

  it('loads neither the database nor ONNX Runtime nor schemas with its code', () => {
    const loaded = new Set<string>();
    const packages = new Set<string>();
    const follow = (file: string) => {
      if (loaded.has(file)) return;
      loaded.add(file);
      // An import that is made later has a bracket.
      for (const [, name] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*"([^"]+)"/g))
        if (name!.startsWith('.')) follow(join(dirname(file), name!));
        else packages.add(name!);
    };
    follow(join(extension().extensionPath, extension().packageJSON.main));
    assert.ok(packages.has('vscode'), [...packages].join());
    const heavy = ['sqlite3', 'onnxruntime-node', 'onnxruntime-common'];
    assert.deepEqual(
      heavy.filter((name) => packages.has(name)),
      [],
    );
    const code = [...loaded].map((file) => readFileSync(file, 'utf8')).join('\n');
    assert.doesNotMatch(code, /ZodObject/);
  });

  it('registers every command of the manifest', async () => {
    await distillery();
    const known = new Set(await commands.getCommands(true));
    for (const id of Object.keys(descriptions)) assert.ok(known.has(id), id);
  });
});
