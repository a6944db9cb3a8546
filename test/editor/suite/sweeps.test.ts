import assert from 'node:assert/strict';
import type { SweepNode } from '../../../extension/explorer/nodes.ts';
import {
  distillery,
  execute,
  experimentNode,
  folder,
  patienceMs,
  read,
  smallExperiment,
  until,
  write,
} from './support.ts';

describe('a sweep in the explorer', function () {
  this.timeout(patienceMs);

  const rates = { 'training.learningRate': [0.003, 0.00001] };
  const text = (epochs: number) =>
    smallExperiment('Swept', { training: { epochs }, sweep: { options: rates, sampler: 'grid' } });

  const node = () =>
    until('the row of the sweep', async (): Promise<SweepNode | undefined> => {
      const { runTree } = (await distillery()).services;
      const rows = await runTree.getChildren(await experimentNode('swept.distill.json'));
      return rows.find((row) => row.kind === 'sweep');
    });

  it('is started from its file, is one row with its runs below, and its best point becomes the experiment', async () => {
    const uri = await write('swept.distill.json', text(2));
    assert.equal(await execute('distillery.sweep', uri), true);
    const { runTree } = (await distillery()).services;
    await until('both points', async () => {
      const { states } = (await node()).sweep;
      return states.completed === 2 || undefined;
    });
    const sweep = await node();
    assert.match(String(runTree.getTreeItem(sweep).description), /^2 points · 2 completed$/);
    const runs = await runTree.getChildren(sweep);
    assert.deepEqual(
      runs.map((row) => (row.kind === 'run' ? row.record.sweep?.point : row.kind)),
      [1, 0],
    );
    const beside = await runTree.getChildren(await experimentNode('swept.distill.json'));
    assert.deepEqual(
      beside.map(({ kind }) => kind),
      ['sweep'],
    );
    await execute('distillery.writeBestPoint', sweep);
    assert.match(await read(uri), /"training": \{\s*"epochs": 2,\s*"learningRate": 0\.003\s*\}/);
    assert.match(await read(uri), /"options": \{\s*"training\.learningRate": \[\s*0\.003,\s*0\.00001\s*\]/);
  });

  it('stops with its runs when it is asked to', async () => {
    const uri = await write('swept.distill.json', text(100_000));
    assert.equal(await execute('distillery.sweep', uri), true);
    const running = async () => (await (await folder()).list({ file: uri.fsPath, states: ['running'] }))[0];
    const run = await until('a run', running);
    await execute('distillery.stopSweep', uri);
    await until(
      'the end',
      async () => (await (await folder()).get(run.id))?.state === 'cancelled' || undefined,
    );
    assert.equal((await (await folder()).list({ sweep: run.sweep!.id })).length, 1);
  });
});
