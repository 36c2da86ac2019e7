// Rollouts against recordings of real ones: every change of a ReplicaSet's size in order, the most pods and the fewest ready ones.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseManifests } from '../../src/manifest/parseManifests.js';
import { simulate } from '../../src/plan/simulate.js';

interface RecordedRollout {
  scaling: string[];
  maxPods: number;
  minReady?: number;
}

interface Recording {
  steps: { file: string; rollouts?: Record<string, RecordedRollout> }[];
}

const root = path.resolve(import.meta.dirname, '../../fixtures/conformance/cluster');
const scenarios = fs.readdirSync(root).sort().flatMap((name) => {
  const file = path.join(root, name, 'expected.json');
  if (!fs.existsSync(file)) return [];
  const recording = JSON.parse(fs.readFileSync(file, 'utf8')) as Recording;
  return recording.steps.some(({ rollouts }) => rollouts !== undefined) ? [{ name, recording }] : [];
});

test.each(scenarios)('$name', ({ name, recording: { steps } }) => {
  const { rollouts } = simulate({
    cluster: [], namespace: 'default', kubernetesVersion: '1.36',
    steps: steps.map(({ file }) => parseManifests(fs.readFileSync(path.join(root, name, file), 'utf8'), file).objects.map((object) => ({ object: object as never, source: () => ({ file, line: 1, column: 1 }) }))),
  });
  /** Names of ReplicaSets in the order in which they appear, as the recording numbers them. */
  const hashes = new Map<string, Map<string, number>>();
  const numbered = (deployment: string, replicaSet: string): string => {
    let known = hashes.get(deployment);
    if (known === undefined) hashes.set(deployment, (known = new Map()));
    if (!known.has(replicaSet)) known.set(replicaSet, known.size + 1);
    return `${deployment.slice(deployment.indexOf('/') + 1)}-<hash${known.get(replicaSet)}>`;
  };
  steps.forEach((step, index) => {
    const seen = Object.fromEntries(rollouts.filter((each) => each.step === index + 1).map(({ namespace, name: of, scaling, mostPods, fewestReady }) => {
      const key = `${namespace}/${of}`;
      return [key, { scaling: scaling.map(({ replicaSet, from, to }) => `${numbered(key, replicaSet)} ${from} -> ${to}`), maxPods: mostPods, ...(fewestReady === undefined ? {} : { minReady: fewestReady }) }];
    }));
    expect({ file: step.file, rollouts: seen }).toEqual({ file: step.file, rollouts: step.rollouts ?? {} });
  });
});
