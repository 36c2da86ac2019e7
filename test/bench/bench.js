// Every benchmark, as a table and, with --json, as one document. --quick makes the inputs small, to see that everything runs.
//   npm run bench -- [--quick] [--json]
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cluster, parseManifests } from '../../dist/index.js';
import { readManifest } from '../../dist/manifest/readManifest.js';
import { makeDeployment, makeNodes, makePod, makeStatefulSets } from './generate.js';
import { applicationYaml, writeRepository } from './repository.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const stowage = path.join(here, '../../bin/stowage.js');
const isQuick = process.argv.includes('--quick');
const asJson = process.argv.includes('--json');
const rows = [];
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const report = (group, name, value, unit) => {
  rows.push({ group, name, value: Number(value.toPrecision(4)), unit });
  if (!asJson) console.log(`${group.padEnd(11)} ${name.padEnd(66)} ${Number(value.toPrecision(4)).toLocaleString('en').padStart(12)} ${unit}`);
};

/** Seconds of a whole process. */
function processSeconds(args) {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status === null || status > 1) throw new Error(`${args.join(' ')}: ${stderr}`);
  return (performance.now() - began) / 1000;
}
const seconds = (args) => median([1, 2, 3].map(() => processSeconds(args)));

// Start-up
const plain = seconds(['-e', '0']);
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-bench-'));
fs.writeFileSync(path.join(temporary, 'one.yaml'), applicationYaml(1));
report('start-up', 'node -e 0', 1000 * plain, 'ms');
report('start-up', 'stowage --version, over plain node', 1000 * (seconds([stowage, '--version']) - plain), 'ms');
report('start-up', 'stowage lint of one file, over plain node', 1000 * (seconds([stowage, 'lint', path.join(temporary, 'one.yaml')]) - plain), 'ms');

// Planning: whole processes
const listOf = (items) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
function planSeconds(nodes, objects) {
  const [apps, nodeList] = [path.join(temporary, 'apps.json'), path.join(temporary, 'nodes.json')];
  fs.writeFileSync(apps, listOf(objects));
  fs.writeFileSync(nodeList, listOf(makeNodes(nodes)));
  return seconds([stowage, 'plan', apps, '--cluster', nodeList]);
}
const deployments = (count, replicas) => Array.from({ length: count }, (_, index) => makeDeployment(index, replicas));
report('planning', '50 nodes, 500 pods of 50 Deployments, over plain node', 1000 * (planSeconds(50, deployments(50, 10)) - plain), 'ms');
for (const [count, replicas] of isQuick ? [] : [[8, 883], [100, 70], [1177, 6]]) {
  report('planning', `1200 nodes, ${count * replicas} pods of ${count} Deployments, whole process`, planSeconds(1200, deployments(count, replicas)), 's');
}
const pods = (options) => Array.from({ length: 7064 }, (_, index) => makePod(index, options));
for (const [name, make] of isQuick ? [] : [
  ['7064 pods, each by itself', () => pods()], ['7064 pods, no two alike', () => pods({ unlike: true })],
  ['7064 pods that run to an end', () => pods({ ends: true })], ['7064 pods that run to an end, no two alike', () => pods({ ends: true, unlike: true })],
  ['2000 pods of StatefulSets with claims', () => makeStatefulSets(200)],
]) report('planning', `1200 nodes, ${name}, whole process`, planSeconds(1200, make()), 's');

// Reading
const text = Array.from({ length: isQuick ? 200 : 2000 }, (_, index) => applicationYaml(index));
const bytes = text.reduce((sum, each) => sum + each.length, 0);
const best = (run) => Math.min(...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(() => { const began = performance.now(); run(); return (performance.now() - began) / 1000; }));
report('reading', 'values, places on demand', bytes / 1e6 / best(() => text.forEach((each) => readManifest(each, 'a.yaml'))), 'MB/s');

// Validating
const objects = text.flatMap((each) => parseManifests(each).objects).map((object) => { const metadata = { ...object.metadata }; delete metadata.namespace; return { ...object, metadata }; });
const cluster = new Cluster();
cluster.settle();
report('validating', 'typical objects through the whole create pipeline', objects.length / best(() => objects.forEach((object) => cluster.create(object, { dryRun: true, fieldValidation: 'Strict' }))), 'objects/s');

// Linting
for (const files of isQuick ? [200] : [200, 2000, 10_000]) {
  const directory = path.join(temporary, `lint-${files}`);
  writeRepository(directory, files);
  for (const profile of ['correct', 'recommended']) {
    report('linting', `${files * 5} objects in ${files} files, ${profile}, whole process`, (files * 5) / seconds([stowage, 'lint', directory, '--profile', profile]), 'objects/s');
  }
}

// Scheduling
const shapes = JSON.parse(execFileSync(process.execPath, [path.join(here, 'scheduler.js'), '--json', ...(isQuick ? ['--nodes', '1500', '--pods', '500'] : [])], { encoding: 'utf8', maxBuffer: 1 << 26 }));
for (const { name, nodes, pods, podsPerSecond } of shapes) report('scheduling', `${name}, ${nodes} nodes, ${pods} pods`, podsPerSecond, 'pods/s');

// The whole control plane
for (const [nodes, deployments, replicas] of isQuick ? [[50, 20, 10]] : [[5000, 3000, 50]]) {
  const output = execFileSync(process.execPath, ['--max-old-space-size=6000', path.join(here, 'apply.js'), String(nodes), String(deployments), String(replicas), '--json'], { encoding: 'utf8' });
  const { pods, seconds: took, rssMiB } = JSON.parse(output);
  report('applying', `${nodes} nodes, ${pods} pods of ${deployments} Deployments, until it rests`, took, 's');
  report('applying', `${nodes} nodes, ${pods} pods: memory`, rssMiB, 'MiB');
}

fs.rmSync(temporary, { recursive: true });
if (asJson) console.log(JSON.stringify(rows, undefined, 2));
