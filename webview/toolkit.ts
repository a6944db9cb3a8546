import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextArea,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

/**
 * The one place that knows which component library the page uses; elements are written <vscode-…> in templates and called
 * by nothing else of the library, so that another with the same elements can take its place. What to mind of this one:
 *
 * - It reads the theme's colours when the window's `load` event comes, so this must run before: the page loads its script
 *   as a plain one, not as a module that may come later.
 * - Its styles need the nonce that <meta property="csp-nonce"> names; badge and tag would need inline styles as well, so
 *   the page has its own.
 * - <label for> does not name a dropdown; `aria-label` does. The progress ring never shows how far something is; progress
 *   has a bar of its own.
 */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
    vsCodeTextArea(),
    vsCodeTextField(),
  );
}
