import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { RunRecord } from '../../../../src/runs/database/run-records.ts';
import { runCommand, toast, webview } from '../../host/browser.ts';
import { answer, openDistillery, picture, row, rowButton, seen } from '../window.ts';
import { brief, checkEvents, day, edited, epochs, rewrite, runInState, step } from './day.ts';

/** From the packaged extension to runs that are completed, and a copy with one value changed. */
export function firstRunSteps(): void {
  step(
    'its page among the extensions has an icon, says first what it is, and has no broken picture',
    async () => {
      const { page } = day;
      await runCommand(page, 'Extensions: Show Installed Extensions');
      await page.locator('.extension-list-item', { hasText: 'Distillery' }).first().click();
      const width = (one: Locator) =>
        one.evaluate((element) => {
          const image = element as unknown as { decode(): Promise<void>; naturalWidth: number };
          return image.decode().then(() => image.naturalWidth);
        });
      assert.equal(await width(page.locator('.extension-editor .header img.icon').first()), 256);
      const text = webview(page);
      await seen(text.getByText('Someone has a large model and needs a small one.'));
      for (const one of await text.locator('img').all()) assert.ok((await width(one)) > 0);
      await picture(page, '0-page');
      await runCommand(page, 'View: Close All Editors');
      await openDistillery(page);
    },
  );

  step('an empty folder offers what to begin with, and becomes the sample project', async () => {
    const { page } = day;
    await seen(page.locator('.welcome-view-content a.monaco-button', { hasText: 'Create Sample Project' }));
    await picture(page, '1-welcome');
    await runCommand(page, 'Distillery: Create Sample Project…');
    await seen(row(page, /^Experiment digits-response/));
    await seen(row(page, /^strategy\.temperature, 4/));
    await picture(page, '2-sample');
  });

  step('the experiment of the editor runs from the palette, and the tree follows it', async () => {
    const { page } = day;
    rewrite('digits-response.distill.json', ...brief, epochs(100_000), [
      /"seeds": \[1, 2, 3\]/,
      '"seeds": [3, 4]',
    ]);
    await edited(/"epochs":\s100000/);
    await runCommand(page, 'Distillery: Run Experiment');
    await seen(row(page, /^seed 3, running/));
    await seen(row(page, /^seed 4, queued/));
    await seen(row(page, /^seed 3, running, \d+ % training(?! the teacher)/));
    await seen(page.locator('.statusbar-item', { hasText: 'Digits, response' }));
    const devices = page.locator('.pane-header', { hasText: 'Devices' });
    await devices.click();
    await seen(row(page, /^Load/));
    await seen(row(page, /^Memory/));
    await picture(page, '3-running');
    await devices.click();
  });

  step('a run stops and goes on', async () => {
    const { page } = day;
    // Runs without an end, however fast the machine: each goes on until somebody stops it.
    const stop = (seed: number) =>
      rowButton(page, new RegExp(`^seed ${seed}, (running|queued)`), 'Stop Run', () =>
        runInState((run) => run.seed === seed, ['cancelled'], 20_000),
      );
    await stop(3);
    await seen(row(page, /^seed 3, stopped/));
    await rowButton(page, /^seed 3, stopped/, 'Resume Run', () =>
      runInState((run) => run.seed === 3, ['queued', 'running'], 20_000),
    );
    // Whether the other one has begun by then or still waits.
    await stop(4);
    // Until its worker speaks, a resumed run shows the progress of its former life.
    await runInState(
      ({ seed, progress, resumedFromEpoch }) =>
        seed === 3 && resumedFromEpoch !== undefined && progress?.phase === 'train',
      ['running'],
    );
    await stop(3);
    for (const seed of [3, 4]) await checkEvents(await runInState((run) => run.seed === seed, ['cancelled']));
  });

  step('runs that are left alone are completed, and it is told', async () => {
    const { page } = day;
    rewrite('digits-response.distill.json', epochs(3), [/"seeds": \[3, 4\]/, '"seeds": [1, 2]']);
    await edited(/"epochs":\s3,/);
    // It goes away by itself, so it is waited for from the first.
    const told = toast(page, 'is done').catch((error: Error) => error);
    await runCommand(page, 'Distillery: Run Experiment');
    for (const seed of [1, 2]) await checkEvents(await runInState((run) => run.seed === seed, ['completed']));
    await seen(row(page, /^seed 1, completed, .*%/));
    assert.ok(!((await told) instanceof Error), String(await told));
    await picture(page, '4-completed');
  });

  step('a changed temperature from the sidebar makes a copy that runs', async () => {
    const { page } = day;
    await page.keyboard.press('Escape');
    await rowButton(
      page,
      /^strategy\.temperature, 4/,
      'Duplicate and Change',
      () => seen(page.locator('.quick-input-widget input').first(), 5000),
      // The experiment of the editor has a row of this name too, without the button.
      () => row(page, /^seed 1, completed/).click(),
    );
    await answer(page, '8');
    const offer = await toast(page, 'The changed copy is');
    await picture(page, '5-copy');
    await offer.getByRole('button', { name: 'Run' }).click();
    const changed = ({ config }: RunRecord) =>
      config.strategy.kind === 'response' && config.strategy.temperature === 8;
    await runInState((run) => changed(run) && run.seed === 2, ['completed']);
    await seen(row(page, /^Experiment digits-response-temperature-8/));
  });
}
