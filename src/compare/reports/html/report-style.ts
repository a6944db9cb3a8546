import { darkTheme, lightTheme, themeVariables } from '../../charts/drawing/chart-theme.ts';

const variables = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([key, value]) => `--${key}: ${value};`)
    .join(' ');

/** The whole style of the report. Light or dark follows the reader's system; printing is always light. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --page: #f4f6f9; --card: #ffffff; --ink: #1f2430; --soft: #5c6473; --rule: #e1e5ec; --faint: #f3f5f9;
  --good: #10702f; --bad: #c0312b; --unsure: #8a6100; --accent: #0072b2;
  --good-wash: #e5f4ea; --bad-wash: #fbeae9; --unsure-wash: #faf2dd; --accent-wash: #e4f0f9;
  --shadow: 0 1px 2px rgba(24, 32, 54, .05), 0 4px 16px rgba(24, 32, 54, .05);
  ${variables(themeVariables(lightTheme))}
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1015; --card: #171a21; --ink: #e7eaf0; --soft: #9aa3b2; --rule: #2b3140; --faint: #1e222b;
    --good: #4cc27a; --bad: #ff7d74; --unsure: #dcae4a; --accent: #4fb0ee;
    --good-wash: #14291c; --bad-wash: #341b1c; --unsure-wash: #2e2612; --accent-wash: #12283a;
    --shadow: none;
    ${variables(themeVariables(darkTheme))}
  }
}
@media print {
  :root { color-scheme: light; --page: #ffffff; --shadow: none; }
  .card { break-inside: avoid; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
}
main, header, footer { max-width: 1180px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 44px; padding-bottom: 8px; }
header p { margin: 6px 0 0; color: var(--soft); }
.eyebrow { font-size: 12px; font-weight: 600; letter-spacing: .09em; text-transform: uppercase; color: var(--accent); }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -.018em; margin: 4px 0 0; font-weight: 680; }
h2 { font-size: 19px; letter-spacing: -.01em; margin: 44px 0 14px; font-weight: 650; }
h3, .part h4 { font-size: 14px; margin: 0; font-weight: 620; }
.part > h3 { font-size: 19px; letter-spacing: -.01em; margin: 36px 0 14px; font-weight: 650; }
.part-title { font-size: 24px; letter-spacing: -.015em; margin: 56px 0 0; padding-bottom: 10px; border-bottom: 2px solid var(--rule); }
.part-title small { display: block; font-size: 14px; font-weight: 450; letter-spacing: 0; color: var(--soft); margin-top: 2px; }
.part:first-of-type .part-title { margin-top: 30px; }
p { margin: 8px 0; }
.soft { color: var(--soft); }
.small { font-size: 13px; }
.card {
  background: var(--card); border: 1px solid var(--rule); border-radius: 12px; box-shadow: var(--shadow);
  padding: 18px 20px; min-width: 0;
}
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 16px; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(440px, 1fr)); gap: 16px; }
.card + .charts { margin-top: 16px; }
.name { unicode-bidi: isolate; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
h1 .name { -webkit-line-clamp: 4; }
.inline .name { display: inline; }
.inline { max-height: 9em; overflow: hidden; }

.verdict { display: flex; flex-direction: column; gap: 10px; border-top: 3px solid var(--tone); }
.verdict.beats { --tone: var(--good); --wash: var(--good-wash); }
.verdict.loses { --tone: var(--bad); --wash: var(--bad-wash); }
.verdict.open { --tone: var(--unsure); --wash: var(--unsure-wash); }
.badge {
  align-self: flex-start; background: var(--wash); color: var(--tone); border-radius: 6px; padding: 3px 9px;
  font-size: 12px; font-weight: 680; letter-spacing: .03em;
}
.big { font-size: 28px; font-weight: 660; letter-spacing: -.02em; line-height: 1.15; }
.big small { font-size: 14px; font-weight: 450; letter-spacing: 0; color: var(--soft); display: block; margin-top: 2px; }
.verdict p { margin: 0; }
.doubts { margin: 6px 0 0; padding: 0; list-style: none; color: var(--unsure); }
.doubts li { padding-left: 18px; position: relative; overflow-wrap: anywhere; }
.doubts li::before { content: "!"; position: absolute; left: 5px; font-weight: 700; }
.doubts + h3 { margin-top: 14px; }
.doubt-mark { display: inline-block; background: var(--unsure-wash); color: var(--unsure); border-radius: 5px; padding: 0 6px; font-size: 12px; font-weight: 600; }
.samples { overflow-wrap: anywhere; }
.samples dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); gap: 10px 22px; margin: 0; }
.samples dd { margin: 2px 0 0; white-space: pre-line; }
.facts { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px 14px; margin: 4px 0 0; padding-top: 12px; border-top: 1px solid var(--rule); }
.facts dt { font-size: 12px; color: var(--soft); }
.facts dd { margin: 0; font-weight: 560; white-space: nowrap; }

.scroll { overflow-x: auto; padding: 0; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
caption { text-align: left; }
th, td { padding: 9px 14px; text-align: left; border-bottom: 1px solid var(--rule); vertical-align: top; }
thead th { font-size: 12px; font-weight: 560; color: var(--soft); white-space: nowrap; vertical-align: bottom; }
tbody tr:last-child > * { border-bottom: 0; }
tbody th { font-weight: 560; min-width: 230px; max-width: 340px; }
td.short { white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; }
tr.teacher { background: var(--faint); }
td.best { font-weight: 680; }
.dot { display: inline-block; vertical-align: -1px; width: 10px; height: 10px; margin-right: 8px; flex: none; }
.labelled { display: flex; align-items: baseline; }
.outcome { font-weight: 620; white-space: nowrap; }
.gain { display: block; font-size: 12.5px; color: var(--soft); white-space: nowrap; }
tbody th .name { -webkit-line-clamp: 8; }
.outcome.beats { color: var(--good); } .outcome.loses { color: var(--bad); } .outcome.open { color: var(--unsure); }

figure { margin: 0; display: flex; flex-direction: column; }
figure details { margin-top: auto; padding-top: 10px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
figcaption p { margin: 2px 0 12px; font-size: 13px; color: var(--soft); }
figure svg { display: block; width: 100%; height: auto; }
figure .narrow { display: none; }
details { margin-top: 10px; font-size: 13px; }
.by-outcome { font-size: inherit; }
.by-outcome .cards { margin-top: 12px; }
summary { cursor: pointer; color: var(--soft); width: fit-content; border-radius: 4px; }
details table { margin-top: 8px; font-size: 13px; }
details th, details td { padding: 5px 8px; }
details .scroll { max-height: 320px; overflow: auto; }

.advice { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 16px; padding: 0; margin: 0; list-style: none; }
.advice li { border-left: 3px solid var(--tone); }
.advice .good { --tone: var(--good); } .advice .caution { --tone: var(--unsure); } .advice .next { --tone: var(--accent); }
.evidence { margin: 10px 0 0; padding: 0; list-style: none; font-size: 13px; color: var(--soft); }
.evidence li { border: 0; display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 12px; padding: 3px 0; border-top: 1px dashed var(--rule); }
.evidence b { font-weight: 560; color: var(--ink); margin-left: auto; }
footer { padding-top: 28px; padding-bottom: 48px; color: var(--soft); font-size: 13px; }
code { font: 12.5px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
@media (max-width: 620px) {
  body { font-size: 14.5px; }
  main, header, footer { padding-left: 16px; padding-right: 16px; }
  header { padding-top: 28px; }
  h1 { font-size: 24px; }
  .charts { grid-template-columns: minmax(0, 1fr); }
  .cards, .advice { grid-template-columns: minmax(0, 1fr); }
  .card { padding: 15px 15px; }
  .scroll.card { padding: 0; }
  figure .wide { display: none; }
  figure .narrow { display: block; }
  th, td { padding: 8px 11px; }
  tbody th { min-width: 130px; }
}
${Object.keys(themeVariables(lightTheme))
  .filter((key) => key.startsWith('strategy-'))
  .map((key) => `.${key} { fill: var(--${key}); }`)
  .join('\n')}
`;
