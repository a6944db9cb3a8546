import { register } from 'node:module';

// Modules of the extension import 'vscode', which only VS Code has; loaded after this file, they get the stand-in.
const standIn = new URL('./fake-vscode.ts', import.meta.url).href;
register(
  `data:text/javascript,${encodeURIComponent(
    `export const resolve = (name, context, next) =>
      name === 'vscode' ? { url: ${JSON.stringify(standIn)}, shortCircuit: true } : next(name, context);`,
  )}`,
);
