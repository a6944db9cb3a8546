import './host/without-eval.ts';
import './app.ts';
import './style/page.css';
import './style/cards.css';
import './style/controls.css';
import './style/marks.css';
import './style/tables.css';
import './style/compare.css';
import './style/overview.css';
import './style/answers.css';
import './style/exports.css';
import './style/grid.css';
import './style/run.css';
import { Host, type VsCodeApi } from './host/host.ts';
import { keptViewName } from './kept-view.ts';
import { Dashboard } from './state/dashboard.ts';
import { addStrategyColors } from './style/strategy-colors.ts';
import { registerToolkit } from './toolkit.ts';

declare function acquireVsCodeApi(): VsCodeApi;

registerToolkit();
addStrategyColors();

const api = acquireVsCodeApi();
const host = new Host(api);
const app = document.createElement('distillery-dashboard');
const handed = document.querySelector<HTMLMetaElement>(`meta[name="${keptViewName}"]`);
app.dashboard = new Dashboard(api, host, handed?.content);
document.body.append(app);

// Whatever happened while the page was hidden, a whole snapshot makes up for.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') host.command('ready', {});
});
host.command('ready', {});
host.command('navigated', { navigation: app.dashboard.view.navigation });
app.dashboard.keep();
