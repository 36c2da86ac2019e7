// Every rule's examples are its tests: each mark is hit, nothing else is, and the API server accepts the good ones.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Cluster } from '../../src/index.js';
import { loadRules } from '../../src/cli/loadRules.js';
import { readObjects } from '../../src/cli/input.js';
import type { Finding } from '../../src/lint/finding.js';
import type { Rule } from '../../src/lint/rule.js';
import { runRules } from '../../src/lint/runRules.js';
import { createWorld } from '../../src/lint/world.js';

const root = path.resolve(import.meta.dirname, '../..');
const rules = loadRules();
const MARK = /#\s*<-\s*([a-z0-9-]+)\s*$/;

/** Every finding of the rule in the text. */
function found(rule: Rule, text: string): Finding[] {
  const { objects, problems } = readObjects([{ path: 'example.yaml', text }], 'default');
  expect(problems).toEqual([]);
  return runRules([rule], createWorld(objects));
}

/** The message with something in each placeholder, and perhaps a hint. */
function filledIn(message: string): RegExp {
  const parts = message.split(/\{[^}]+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}(; .+)?$`);
}

function marks(text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const id = MARK.exec(line)?.[1];
    return id === undefined ? [] : [`${index + 1} ${id}`];
  });
}

describe.each(rules)('rule $id', (rule) => {
  test('stands in the file of its name and family', () => {
    expect(fs.existsSync(path.join(root, 'rules', rule.family, `${rule.id}.yaml`))).toBe(true);
  });

  test('has good and bad examples, a reason and a fix', () => {
    expect(rule.examples.some(({ good }) => good !== undefined)).toBe(true);
    expect(rule.examples.some(({ bad }) => bad !== undefined)).toBe(true);
    expect(rule.rationale).not.toBe('');
    expect(rule.fix).not.toBe('');
  });

  test.each(rule.examples.map((example, index) => ({ index, text: example.good ?? example.bad ?? '', isGood: example.good !== undefined })))('example $index', ({ text, isGood }) => {
    const findings = found(rule, text);
    expect(findings.map(({ source }) => `${source.line} ${rule.id}`)).toEqual(marks(text));
    for (const { message } of findings) expect(message).toMatch(filledIn(rule.message));
    if (!isGood) {
      expect(marks(text)).not.toEqual([]);
      return;
    }
    const cluster = new Cluster();
    cluster.settle();
    for (const { object } of readObjects([{ path: 'example.yaml', text }], 'default').objects) {
      expect(cluster.create(object, { fieldValidation: 'Strict' })).toMatchObject({ code: 201 });
    }
  });
});

test('ids are used once', () => {
  const ids = rules.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});
