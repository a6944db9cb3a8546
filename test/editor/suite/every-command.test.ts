import assert from 'node:assert/strict';
import { exercisedCommands, extension } from './support.ts';

describe('every command of the manifest', () => {
  it('was exercised by one of the tests before', () => {
    const contributed: { command: string }[] = extension().packageJSON.contributes.commands;
    const left = contributed
      .map(({ command }) => command)
      .filter((command) => !exercisedCommands.has(command));
    assert.deepEqual(left, []);
  });
});
