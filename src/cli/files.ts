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
  /** Why its text was not read; the text is '' then. */
  unread?: string;
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
  const add = (file: string, unread?: string): void => {
    const absolute = path.resolve(process.cwd, file);
    if (seen.has(absolute)) return;
    seen.add(absolute);
    const shown = displayPath(absolute, process.cwd);
    files.push(unread === undefined ? { path: shown, text: readText(file, process.cwd) } : { path: shown, text: '', unread });
  };
  for (const each of paths) {
    if (each === STDIN) {
      files.push({ path: 'STDIN', text: await readStdin(process) });
      continue;
    }
    const absolute = path.resolve(process.cwd, each);
    const stat = fs.statSync(absolute, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) {
      const { found, unread } = walk(absolute, process.cwd);
      for (const file of found) add(file);
      for (const { file, reason } of unread) add(file, reason);
    } else if (stat !== undefined) add(each);
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
    if (stat?.isDirectory() === true) for (const file of walk(absolute, cwd).found) all.add(file);
    else all.add(absolute);
  }
  return all;
}

/** What is below a directory, as absolute paths. */
interface Walked {
  /** Manifest files in the order in which kubectl visits them: entries of each directory by name. */
  readonly found: string[];
  readonly unread: { readonly file: string; readonly reason: string }[];
}

function walk(directory: string, cwd: string): Walked {
  const found: string[] = [];
  const unread: Walked['unread'] = [];
  const visit = (at: string): void => {
    for (const entry of entriesOf(at, cwd)) {
      if (LEFT_OUT.has(entry.name)) continue;
      const file = path.join(at, entry.name);
      const target = entry.isSymbolicLink() ? fs.statSync(file, { throwIfNoEntry: false }) : entry;
      if (entry.isDirectory()) visit(file);
      else if (target?.isDirectory() === true) unread.push({ file, reason: 'a link to a directory: kubectl does not follow it' });
      else if (!MANIFEST.test(entry.name)) continue;
      else if (target?.isFile() === true) found.push(file);
      else unread.push({ file, reason: target === undefined ? 'a link to nothing' : 'not a regular file' });
    }
  };
  visit(directory);
  return { found, unread };
}

/** The entries of a directory by name; throws UsageError when it cannot be read. */
function entriesOf(directory: string, cwd: string): fs.Dirent[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true }).sort((a, b) => compareStrings(a.name, b.name));
  } catch (error) {
    throw cannot('read', displayPath(directory, cwd) || '.', error);
  }
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
    throw cannot('read', named, error);
  }
}

/** Writes the text to a file; throws UsageError when it cannot be written. */
export function writeText(named: string, text: string, cwd: string): void {
  try {
    fs.writeFileSync(path.resolve(cwd, named), text);
  } catch (error) {
    throw cannot('write', named, error);
  }
}

function cannot(verb: 'read' | 'write', named: string, error: unknown): UsageError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UsageError(`cannot ${verb} ${named}: ${code ?? message}`);
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
