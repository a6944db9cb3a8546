import { type KeptView, keptViewName } from '../../webview/kept-view.ts';

export interface PageSources {
  /** Fresh for each page. */
  readonly nonce: string;
  /** Where the webview may load from: Webview.cspSource. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  readonly title: string;
  /** How the page was set when it was seen last. */
  readonly view: KeptView;
}

/**
 * The dashboard's page, which is one script and one style sheet. Its policy allows no inline script, no inline style and
 * no network; pictures may be data, since a chart becomes a PNG by way of one. The component library looks for the nonce of
 * its styles in the meta element, and for the theme when the page has loaded: so the script is a plain one.
 */
export function pageHtml({ nonce, cspSource, script, style, title, view }: PageSources): string {
  const policy = [
    "default-src 'none'",
    `img-src ${cspSource} data:`,
    `font-src ${cspSource}`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
<meta name="${keptViewName}" content="${escaped(JSON.stringify(view))}">
<title>${escaped(title)}</title>
<link rel="stylesheet" nonce="${nonce}" href="${style}">
</head>
<body>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
