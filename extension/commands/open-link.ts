import { l10n, window } from 'vscode';
import { openDashboard } from '../dashboard/open-dashboard.ts';
import type { Services } from '../services.ts';

/** Opens the run a link names in the dashboard. */
export async function openLink(services: Services, id: string | undefined): Promise<void> {
  const run = id === undefined ? undefined : await services.folders.find(id);
  if (run) await openDashboard(services, [run]);
  else
    void window.showWarningMessage(
      l10n.t(
        'This link names no run of the open folders. Open the folder that holds it, then follow the link again.',
      ),
    );
}
