// The stages of a pod's life, in the order in which the kubelets look for work: ends come first, so that room is free before it is taken.
import { complete } from './complete.js';
import { expire } from './expire.js';
import { ready } from './ready.js';
import type { Stage } from './stage.js';
import { start } from './start.js';
import { terminate } from './terminate.js';

/** Every stage; a pod is in at most one of them. */
export const STAGES: readonly Stage[] = [terminate, expire, start, ready, complete];
