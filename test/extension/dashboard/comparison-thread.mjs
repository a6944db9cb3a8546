// The thread that compares, from its TypeScript source.
import { register } from 'tsx/esm/api';

register();
await import('../../../extension/dashboard/comparison-worker.ts');
