// Reads the rules that come with stowage from their folder.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRule, type Rule } from '../lint/rule.js';
import { assert } from '../util/assert.js';
import { compareStrings } from '../util/compare.js';
import { readYaml } from './readYaml.js';

const RULES = fileURLToPath(new URL('../../rules', import.meta.url));

let rules: readonly Rule[] | undefined;

/** Every rule, ordered by family and id. A broken rule of ours is a bug. */
export function loadRules(): readonly Rule[] {
  rules ??= fs
    .readdirSync(RULES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort(compareStrings)
    .map((file) => {
      const rule = readRule(readYaml(fs.readFileSync(path.join(RULES, file), 'utf8'), file), file);
      assert(!('problem' in rule), 'problem' in rule ? rule.problem : '');
      return rule;
    });
  return rules;
}
