/**
 * What is to be changed in the environment of a process that runs in VS Code's own Node, so that users need none of
 * their own. What is taken away is meant for the extension host alone.
 */
export const ownNode = {
  ELECTRON_RUN_AS_NODE: '1',
  NODE_OPTIONS: undefined,
  VSCODE_ESM_ENTRYPOINT: undefined,
  VSCODE_IPC_HOOK: undefined,
} as const;
