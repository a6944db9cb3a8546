import type { GeneratedConfig } from '../experiment/strategies/generated/record.ts';
import { direct } from './direct.ts';
import { noTeacher, type Strategy } from './strategy.ts';

/** CE(next token, z_s) over texts that the teacher wrote: these are the labels (Kim & Rush 2016). */
export function generated(config: GeneratedConfig): Strategy {
  return { ...direct(), kind: 'generated', needs: () => ({ ...noTeacher, texts: config }) };
}
