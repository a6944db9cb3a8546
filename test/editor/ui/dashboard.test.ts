import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { formatPercent } from '../../../src/compare/formatting.ts';
import { comebackSteps } from './dashboard/comeback.ts';
import { figureSteps } from './dashboard/figures.ts';
import { mannersSteps } from './dashboard/manners.ts';
import { reportSteps } from './dashboard/report.ts';
import {
  compared,
  expectSoon,
  hostile,
  inThemes,
  project,
  runs,
  stage,
  step,
  withStore,
} from './dashboard/stage.ts';
import { giveWay, picture, rest } from './window.ts';

/** The dashboard in a real VS Code, on runs that really trained: one story, each step where the last one ended. */

before(() => stage.open());
after(() => stage.close());

mannersSteps();
figureSteps();
reportSteps();

step('hostile names are only text', async () => {
  await stage.allRuns();
  await withStore(async (store) => {
    const [first] = await store.list({ sort: 'createdAt' });
    await store.rename(first!.id, hostile);
    await store.tag(first!.id, '<b>bold</b>');
    await store.setNote(first!.id, hostile);
  });
  // Another process wrote this; the page hears of it.
  await stage.lines.filter({ hasText: '<img src=x' }).waitFor();
  await stage.compareAll();
  const { page } = stage;
  await page.mouse.move(700, 600);
  await page.mouse.wheel(0, 900);
  await rest(page, 400);
  await picture(page, 'dashboard-compare-charts');
  await stage.allRuns();
});

step('one run shows its models, events, files and log', async () => {
  await stage.lines.getByRole('button', { name: 'Digits, response' }).first().click();
  const figures = stage.board.getByRole('region', { name: 'Figures of the models' });
  await figures.waitFor();
  const table = (await figures.textContent()) ?? '';
  const all = compared().filter(({ strategy }) => strategy === 'response');
  assert.ok(
    all.some(
      ({ student, teacher }) =>
        table.includes(formatPercent(student!.accuracy)) && table.includes(formatPercent(teacher!.accuracy)),
    ),
    table,
  );
  await stage.board.getByRole('button', { name: 'Open student/model.safetensors' }).waitFor();
  await stage.board.locator('.events li.completed').waitFor();
  await inThemes('dashboard-run');
});

step(
  'a changed hyperparameter runs as a copy, is written to the file, and two runs are followed live',
  async () => {
    const field = (name: string) => stage.board.locator(`vscode-text-field[aria-label="${name}"] input`);
    const change = async (epochs: string) => {
      await field('training.epochs').fill(epochs);
      await stage.page.keyboard.press('Tab');
    };
    await change('many');
    await stage.board.getByRole('alert').waitFor();
    await change('20');
    const file = join(project, 'response.distill.json');
    const before = readFileSync(file, 'utf8');
    await stage.clickButton('Write to File');
    await expectSoon(() => readFileSync(file, 'utf8').includes('"epochs": 20'));
    assert.equal(readFileSync(file, 'utf8'), before.replace('"epochs": 12', '"epochs": 20'));
    for (const epochs of ['90000', '90001']) {
      await change(epochs);
      await stage.clickButton('Run This Change');
      await expectSoon(async () =>
        (await runs()).some(({ config }) => config.training.epochs === Number(epochs)),
      );
    }
    await stage.allRuns();
    await stage.board.getByText('2 running').waitFor();
    const running = stage.lines.filter({ hasText: /epochs 9000\d/ });
    await running
      .filter({ hasText: /train \d+ %/ })
      .nth(1)
      .waitFor();
    for (const { pid, state } of await runs()) if (state === 'running') giveWay(pid!);
    await picture(stage.page, 'dashboard-live-overview');
    await running.first().getByRole('button').first().click();
    const curve = stage.board.locator('distillery-curves distillery-chart svg').first();
    await curve.waitFor();
    const drawn = await curve.innerHTML();
    await expectSoon(async () => (await curve.innerHTML()) !== drawn);
    await picture(stage.page, 'dashboard-live-run');
  },
);

comebackSteps();

step('nothing was blocked and nothing ran that should not', async () => {
  assert.deepEqual(stage.complaints, []);
  for (const frame of stage.page.frames())
    assert.equal(await frame.evaluate('window.alerted').catch(() => undefined), undefined);
});
