import type { Parser } from '../parser.ts';

/** A reader with every fault that the campaign is to see; it belongs to its tests alone. */
export const selfTest: Parser = {
  name: 'self test',
  ending: '.txt',
  form: 'text',
  block: 1,
  open: async () => ({
    seeds: [],
    async read(input) {
      switch (input.toString()) {
        case 'hang':
          for (;;);
        case 'wait':
          return new Promise<string>(() => setInterval(() => {}, 1000));
        case 'grow': {
          const held: Buffer[] = [];
          for (;;) {
            held.push(Buffer.alloc(1 << 24, 1));
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        }
        case 'crash':
          process.abort();
          return '';
        case 'reject':
          void Promise.reject(new Error('nobody waits for this'));
          return 'well';
        case 'type error':
          return (undefined as unknown as Buffer).toString();
        default:
          return 'well';
      }
    },
  }),
};
