// What packages bring along and nothing here asks for. It would be read again each time a process starts.

/** A plugin of esbuild: Zod's messages in sixty languages are left out, but those in English that it speaks by itself. */
export const leanPackages = {
  name: 'lean packages',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js';`,
    }));
  },
};
