import type { Kind } from '../frame/kind.ts';
import { calls } from './calls.ts';
import { clock } from './clock.ts';
import { disk } from './disk.ts';
import { kills } from './kills.ts';
import { parsers } from './parsers.ts';
import { races } from './races.ts';
import { syscalls } from './syscalls.ts';

export const kinds: readonly Kind[] = [kills, calls, syscalls, disk, clock, races, parsers];
