// The code's own rules: which folder may import which, banned calls with their replacement, files nobody imports.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const src = path.join(root, 'src');

/** Folder → floor. A folder imports only from lower floors; folders of one floor never import each other. */
const FLOORS: Record<string, number> = {
  util: 1,
  api: 2,
  cel: 3,
  kinds: 4, manifest: 4, store: 4,
  apiserver: 5, lint: 5,
  controllers: 6, scheduler: 6, kubelet: 6, network: 6,
  cluster: 7,
  plan: 8,
  report: 9,
  cli: 10,
};
const ENTRY = 'index.ts';
/** All that stands at the top, files that begin with a dot aside; the last two are made. */
const TOP: readonly string[] = ['LICENSE', 'README.md', 'bin', 'fixtures', 'package-lock.json', 'package.json', 'rules', 'src', 'test', 'tsconfig.json', 'dist', 'node_modules'];
/** Files that nothing in src/ imports: the doors, a step of the build, and the randomness that property tests draw from. */
const ENTRIES: readonly string[] = [ENTRY, 'cli/main.ts', 'cli/bundle.ts', 'cli/compileBundle.ts', 'util/random.ts'];

/** Folder → what it may not import although the floors allow it, with the reason. */
const NARROWER: Record<string, { allowed: readonly string[]; because: string }> = {
  report: { allowed: ['plan', 'lint', 'api', 'util'], because: 'a renderer is a pure function of plain data' },
};

const BANNED: readonly { pattern: RegExp; instead: string; except?: RegExp }[] = [
  { pattern: /\bMath\.random\b/, instead: 'createRandom(seed) of util/random.ts' },
  { pattern: /\bDate\.now\b|\bnew Date\b/, instead: 'nowMs() of the context, formatTime of util/time.ts', except: /^util\/time\.ts$/ },
  { pattern: /\bconsole\./, instead: 'return text; cli/ prints', except: /^cli\// },
  { pattern: /\bprocess\./, instead: 'arguments; cli/ adapts the process', except: /^cli\// },
  { pattern: /from 'node:/, instead: 'arguments; only cli/ does I/O', except: /^cli\// },
  { pattern: /\blocaleCompare\b|\btoLocale/, instead: 'compareStrings of util/compare.ts' },
  { pattern: /\basync\b(?! function is)|\bawait\b/, instead: 'synchronous code', except: /^cli\// },
  { pattern: /:\s*any\b|\bas any\b|<any>/, instead: 'unknown, or the type' },
  { pattern: /export default/, instead: 'a named export' },
  { pattern: /\bTODO\b|\bFIXME\b|\bXXX\b/, instead: 'the thing itself, or an issue' },
];

const files = fs.readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => file.split(path.sep).join('/')).sort();
const textOf = new Map(files.map((file) => [file, fs.readFileSync(path.join(src, file), 'utf8')]));
const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
const importsOf = (file: string): string[] => [...(textOf.get(file) as string).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => path.posix.normalize(path.posix.join(path.posix.dirname(file), match[1] as string)).replace(/\.js$/, '.ts'));
const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] as string) : ENTRY);

describe('tidy', () => {
  test('every folder has a floor', () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => folder !== ENTRY && FLOORS[folder] === undefined)).toEqual([]);
  });

  test('imports go down, never up or sideways', () => {
    const wrong: string[] = [];
    for (const file of files) {
      if (file === ENTRY) continue;
      const from = folderOf(file);
      for (const target of importsOf(file)) {
        const to = folderOf(target);
        if (to === from) continue;
        if (to === ENTRY || (FLOORS[to] as number) >= (FLOORS[from] as number)) wrong.push(`${file} imports ${target}`);
        const narrower = NARROWER[from];
        if (narrower !== undefined && !narrower.allowed.includes(to)) wrong.push(`${file} imports ${target}: ${narrower.because}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('no cycles', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, trail: string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
        return;
      }
      state.set(file, 'open');
      for (const target of importsOf(file)) if (textOf.has(target)) visit(target, [...trail, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test('nothing banned is called', () => {
    const found: string[] = [];
    for (const [file, text] of textOf) {
      if (/schema\/v\d|types\.ts$/.test(file)) continue;
      const body = code(text);
      for (const { pattern, instead, except } of BANNED) if (!except?.test(file) && pattern.test(body)) found.push(`${file}: ${pattern.source}; use ${instead}`);
    }
    expect(found).toEqual([]);
  });

  test('every file is imported by another, or is an entry', () => {
    const imported = new Set(files.flatMap(importsOf));
    expect(files.filter((file) => !imported.has(file) && !ENTRIES.includes(file))).toEqual([]);
  });

  test('what is exported as a function or a constant is named in another file', () => {
    const tests = fs.readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|js)$/.test(file)).map((file) => fs.readFileSync(path.join(root, 'test', file), 'utf8'));
    /** Word → in how many files it stands. */
    const counts = new Map<string, number>();
    for (const text of [...textOf.values(), ...tests]) for (const word of new Set(text.match(/\w+/g))) counts.set(word, (counts.get(word) ?? 0) + 1);
    const alone = files.flatMap((file) => [...(textOf.get(file) as string).matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].filter(([, name]) => counts.get(name as string) === 1).map(([, name]) => `${file}: ${name}`));
    expect(alone).toEqual([]);
  });

  test('the map shows every folder on its floor, and names only files that there are', () => {
    const map = fs.readFileSync(path.join(src, 'ARCHITECTURE.md'), 'utf8');
    expect(Object.fromEntries([...map.matchAll(/^\| (\d+) \| `(\w+)\/`/gm)].map(([, floor, folder]) => [folder, Number(floor)]))).toEqual(FLOORS);
    const named = [...map.matchAll(/`((?:[\w-]+\/)*[\w-]+\.ts|(?:[\w-]+\/)+)`/g)].map(([, name]) => name as string);
    const isThere = (name: string): boolean => fs.existsSync(path.join(root, name)) || files.some((each) => `/${each}`.includes(`/${name}`));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });

  test('nothing else stands at the top', () => {
    expect(fs.readdirSync(root).filter((name) => !name.startsWith('.') && !TOP.includes(name))).toEqual([]);
  });

  test('folders are at most two deep', () => {
    expect(files.filter((file) => file.split('/').length > 3)).toEqual([]);
  });
});
