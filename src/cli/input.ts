// From arguments to objects with places: which files are manifests, what was skipped, what could not be read.
import type { KubernetesObject } from '../api/meta.js';
import { builtInKinds } from '../kinds/index.js';
import type { SkippedFile, SourceRange } from '../lint/finding.js';
import { locate, locateKey, locateStart } from '../manifest/locate.js';
import type { ManifestDocument } from '../manifest/manifestDocument.js';
import { readDocument } from '../manifest/readDocument.js';
import { readManifest, type ReadProblem } from '../manifest/readManifest.js';
import type { ReadingProblem } from '../plan/lintVerdicts.js';
import type { PlanNote, SourcePlace } from '../plan/model.js';
import type { InputObject } from '../plan/appliedObject.js';
import type { SimulationInput } from '../plan/simulate.js';
import { parseSchedulerConfiguration } from '../scheduler/profile/parseConfiguration.js';
import type { SchedulingOptions } from '../scheduler/scheduler.js';
import { absolutePaths, readFiles, readText, type SourceFile } from './files.js';
import type { Arguments } from './flags.js';
import type { Process } from './command.js';
import { readYaml } from './readYaml.js';
import { UsageError } from './usageError.js';
import { DEFAULT_KUBERNETES_VERSION, KUBERNETES_VERSIONS } from './version.js';

/** An object of the input with its places. */
export interface LoadedObject extends InputObject {
  namespace: string;
  locate(path: string): SourceRange;
  locateKey(path: string): SourceRange;
}

/** What the paths gave. */
export interface LoadedInput {
  files: SourceFile[];
  documents: number;
  objects: LoadedObject[];
  skipped: SkippedFile[];
  problems: ReadingProblem[];
  /** What the kustomizations among the files generate: its kind and the name it is referred to by. */
  generated: { kind: string; name: string }[];
}

/** Reads the paths; throws UsageError when they hold no object. `.` stands for no path. */
export async function loadInput(paths: readonly string[], args: Arguments, process: Process): Promise<LoadedInput> {
  const named = paths.length === 0 ? ['.'] : paths;
  const files = await readFiles(named, process, absolutePaths(args.flags.cluster, process.cwd));
  const loaded = readObjects(files, args.flags.namespace ?? 'default');
  if (loaded.objects.length === 0 && loaded.problems.length === 0) {
    const reasons = loaded.skipped.slice(0, 5).map(({ file, reason }) => `\n  ${file}: ${reason}`);
    throw new UsageError(`no objects found in ${named.join(', ')}${reasons.length === 0 ? '' : `; skipped:${reasons.join('')}`}`);
  }
  return loaded;
}

/** What --cluster gives; throws UsageError when any of it cannot be read. */
export async function loadCluster(args: Arguments, process: Process): Promise<LoadedInput> {
  const loaded = readObjects(await readFiles(args.flags.cluster, process), args.flags.namespace ?? 'default');
  const problem = loaded.problems.find(({ severity }) => severity === 'error');
  if (problem !== undefined) throw new UsageError(`--cluster ${problem.source.file}:${problem.source.line}: ${problem.message}`);
  return loaded;
}

/** An object of the cluster that could not be taken over, as one that was not looked at. */
export function skippedObject({ object, source }: InputObject, message: string): SkippedFile {
  const { file, line } = source();
  return { file, reason: `the ${object.kind} at line ${line}: not taken over into the cluster: ${message}` };
}

/** A simulation that is ready to run. */
export interface LoadedSimulation {
  input: SimulationInput;
  notes: PlanNote[];
  /** What kubectl could not read, step by step. */
  unread: { message: string; file: string }[][];
  /** What is planned, as the first line names it. */
  title: string;
}

/** Everything a simulation needs, and what there is to say about the input. */
export async function loadSimulationInput(args: Arguments, process: Process, paths: readonly string[] = args.paths): Promise<LoadedSimulation> {
  const kubernetesVersion = kubernetesVersionOf(args);
  const cluster = await loadCluster(args, process);
  const steps: LoadedInput[] = [await loadInput(paths, args, process)];
  for (const step of args.flags.step) steps.push(await loadInput([step], args, process));
  const notes: PlanNote[] = [cluster, ...steps].flatMap(({ problems, skipped }) => [
    ...problems.map(({ message, source: { file, line, column }, hint }) => ({ source: { file, line, column }, message: hint === undefined ? message : `${message} (${hint})` })),
    ...skipped.map(({ file, reason }) => ({ source: null, message: `${file} was not looked at: ${reason}` })),
  ]);
  return {
    input: {
      cluster: cluster.objects, steps: steps.map(({ objects }) => objects), namespace: args.flags.namespace ?? 'default', kubernetesVersion,
      scheduling: { exhaustive: args.flags.exhaustive, ...schedulerConfigurationOf(args, process) },
      ...(args.flags.cronUntil === undefined ? {} : { secondsAfter: secondsOf(args.flags.cronUntil) }),
    },
    notes,
    unread: steps.map(({ problems }) => problems.filter(({ severity }) => severity === 'error').map(({ message, source: { file } }) => ({ message, file }))),
    title: (paths.length === 0 ? ['.'] : paths).join(' '),
  };
}

/** The version to judge by; throws UsageError for one that is not known. */
export function kubernetesVersionOf({ flags }: Arguments): string {
  const version = (flags.kubernetesVersion ?? DEFAULT_KUBERNETES_VERSION).replace(/^v/, '').split('.').slice(0, 2).join('.');
  if (!KUBERNETES_VERSIONS.includes(version)) throw new UsageError(`--kubernetes-version takes ${KUBERNETES_VERSIONS[0]} to ${KUBERNETES_VERSIONS.at(-1)}, not ${JSON.stringify(flags.kubernetesVersion)}`);
  return version;
}

/** The objects of files that were read, with everything that is to be said about them. */
export function readObjects(files: readonly SourceFile[], defaultNamespace: string): LoadedInput {
  const loaded: LoadedInput = { files: [], documents: 0, objects: [], skipped: [], problems: [], generated: [] };
  for (const file of files) {
    if (file.unread !== undefined) {
      loaded.skipped.push({ file: file.path, reason: file.unread });
      continue;
    }
    loaded.files.push(file);
    const read = readManifest(file.text, file.path);
    loaded.documents += read.documents.length;
    const isManifest = read.documents.some(({ skipped }) => skipped === undefined) || read.problems.some(({ severity, documentIndex }) => severity === 'error' && !read.documents.some(({ index, skipped }) => index === documentIndex && skipped !== undefined));
    for (const document of read.documents) addDocument(document, loaded, defaultNamespace);
    if (isManifest) for (const problem of read.problems) loaded.problems.push(toReadingProblem(problem, file));
  }
  return loaded;
}

/** The configuration of --scheduler-config; throws UsageError with everything that is wrong with it. */
function schedulerConfigurationOf({ flags }: Arguments, { cwd }: Process): Pick<SchedulingOptions, 'configuration'> {
  if (flags.schedulerConfig === undefined) return {};
  const parsed = parseSchedulerConfiguration(readYaml(readText(flags.schedulerConfig, cwd), flags.schedulerConfig));
  if ('problems' in parsed) throw new UsageError(`--scheduler-config ${flags.schedulerConfig}: ${parsed.problems.join('; ')}`);
  return { configuration: parsed.configuration };
}

/** '90s', '30m', '24h' → seconds. */
function secondsOf(duration: string): number {
  const match = /^(\d+)(s|m|h|d)$/.exec(duration);
  if (match === null) throw new UsageError(`--cron-until takes a duration such as 30m or 24h, not ${JSON.stringify(duration)}`);
  return Number(match[1]) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[match[2] as 's' | 'm' | 'h' | 'd']);
}

function addDocument(document: ManifestDocument, loaded: LoadedInput, defaultNamespace: string): void {
  const { file, line, object, skipped, isReached } = document;
  if (skipped !== undefined) {
    if (skipped.reason !== 'empty') loaded.skipped.push({ file, reason: skipped.message });
    if (skipped.reason === 'kustomization') loaded.generated.push(...generatedBy(document));
    return;
  }
  if (object === undefined) return;
  if (!isReached) {
    loaded.skipped.push({ file, reason: `the ${String(object['kind'])} at line ${line}: kubectl stops reading at an error above it` });
    return;
  }
  // Decoding is the API server's: until then an object is what the file says it is.
  const manifest = object as unknown as KubernetesObject;
  const isNamespaced = builtInKinds().get(`${manifest.apiVersion}/${manifest.kind}`)?.namespaced ?? true;
  const namespace = isNamespaced ? (manifest.metadata?.namespace ?? defaultNamespace) : '';
  let source: SourcePlace | undefined;
  loaded.objects.push({
    object: manifest,
    namespace,
    source: () => (source ??= { file, ...locateStart(document) }),
    locate: (path) => ({ file, ...placeToShow(document, path) }),
    locateKey: (path) => ({ file, ...locateKey(document, path) }),
  });
}

/** What a kustomization generates; whatever it puts before or behind the names, it puts to the references as well. */
function generatedBy({ source }: ManifestDocument): LoadedInput['generated'] {
  const read = readDocument(source);
  if (!('value' in read) || read.value === null || typeof read.value !== 'object' || Array.isArray(read.value)) return [];
  const kustomization = read.value;
  return (['ConfigMap', 'Secret'] as const).flatMap((kind) => {
    const generators = kustomization[kind === 'Secret' ? 'secretGenerator' : 'configMapGenerator'];
    if (!Array.isArray(generators)) return [];
    return generators.flatMap((each) => (each !== null && typeof each === 'object' && !Array.isArray(each) && typeof each['name'] === 'string' ? [{ kind, name: each['name'] }] : []));
  });
}

/** The value, or its key where the value begins on a later line. */
function placeToShow(document: ManifestDocument, path: string): Omit<SourceRange, 'file'> {
  const value = locate(document, path);
  const key = locateKey(document, path);
  return value.line > key.line && key.endLine === key.line ? key : value;
}

function toReadingProblem({ severity, message, line, column, hint }: ReadProblem, { path, text }: SourceFile): ReadingProblem {
  const length = text.split('\n')[line - 1]?.length ?? 0;
  return { severity, message, source: { file: path, line, column, endLine: line, endColumn: Math.max(column + 1, length + 1) }, ...(hint === undefined ? {} : { hint }) };
}
