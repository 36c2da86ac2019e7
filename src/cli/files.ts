// Finds and reads the files that the arguments name: files, directories, globs, standard input.
import fs from 'node:fs';
import path from 'node:path';
import { compareStrings } from '../util/compare.js';
import { decodeBytes } from '../util/utf8.js';
import { UsageError } from './usageError.js';
import type { Process } from './command.js';

/** A file as it was read. */
export interface SourceFile {
  /** As findings name it: relative to the working directory where it lies below it, with forward slashes. */
  path: string;
  text: string;
}

const MANIFEST = /\.(ya?ml|json)$/i;
const MAGIC = /[*?[\]{}]/;
const STDIN = '-';
/** Directories that never hold manifests to apply. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** Reads everything the paths name, each file once, ordered by path within each argument. Throws UsageError when a path names nothing. */
export async function readFiles(paths: readonly string[], process: Process, leaveOut: ReadonlySet<string> = new Set()): Promise<SourceFile[]> {
  const seen = new Set<string>(leaveOut);
  const files: SourceFile[] = [];
  const add = (file: string): void => {
    const absolute = path.resolve(process.cwd, file);
    if (seen.has(absolute)) return;
    seen.add(absolute);
    files.push({ path: displayPath(absolute, process.cwd), text: readText(file, process.cwd) });
  };
  for (const each of paths) {
    if (each === STDIN) {
      files.push({ path: 'STDIN', text: await readStdin(process) });
      continue;
    }
    const absolute = path.resolve(process.cwd, each);
    const stat = fs.statSync(absolute, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) for (const file of walk(absolute)) add(file);
    else if (stat !== undefined) add(each);
    else if (MAGIC.test(each)) {
      const { globSync } = await import('glob');
      const matches = globSync(each, { cwd: process.cwd, nodir: true, posix: true }).sort(compareStrings);
      if (matches.length === 0) throw new UsageError(`no file matches ${JSON.stringify(each)}`);
      for (const match of matches) add(match);
    } else throw new UsageError(`there is no file or directory ${JSON.stringify(each)}`);
  }
  return files;
}

/** True for the path of a file or directory. */
export function isPath(named: string, cwd: string): boolean {
  return fs.existsSync(path.resolve(cwd, named));
}

/** The absolute paths of what the arguments name, for leaving it out elsewhere. */
export function absolutePaths(paths: readonly string[], cwd: string): Set<string> {
  const all = new Set<string>();
  for (const each of paths) {
    const absolute = path.resolve(cwd, each);
    const stat = fs.statSync(absolute, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) for (const file of walk(absolute)) all.add(file);
    else all.add(absolute);
  }
  return all;
}

/** Manifest files below a directory, in the order in which kubectl visits them: entries of each directory by name. */
function walk(directory: string): string[] {
  const found: string[] = [];
  const visit = (at: string): void => {
    const entries = fs.readdirSync(at, { withFileTypes: true }).sort((a, b) => compareStrings(a.name, b.name));
    for (const entry of entries) {
      const full = path.join(at, entry.name);
      if (entry.isDirectory()) {
        if (!LEFT_OUT.has(entry.name)) visit(full);
      } else if (MANIFEST.test(entry.name) && (entry.isFile() || fs.statSync(full, { throwIfNoEntry: false })?.isFile() === true)) found.push(full);
    }
  };
  visit(directory);
  return found;
}

function displayPath(absolute: string, cwd: string): string {
  const relative = path.relative(cwd, absolute);
  return (relative.startsWith('..') ? absolute : relative).split(path.sep).join('/');
}

/** The text of a file; throws UsageError when it cannot be read. */
export function readText(named: string, cwd: string): string {
  try {
    return textOf(fs.readFileSync(path.resolve(cwd, named)));
  } catch (error) {
    throw new UsageError(`cannot read ${named}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
  }
}

async function readStdin({ stdin }: Process): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return textOf(Buffer.concat(chunks));
}

/** The text of a file's bytes. YAML refuses what is no UTF-8, which decodeBytes keeps; JSON reads U+FFFD for it. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return !text.includes('\ufffd') || /^\s*\{/.test(text) ? text : decodeBytes(bytes);
}
