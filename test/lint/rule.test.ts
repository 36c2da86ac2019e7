// What a rule may say, and what is said to one that is wrong.
import { describe, expect, test } from 'vitest';
import { readObjects } from '../../src/cli/input.js';
import { readRule, type Rule } from '../../src/lint/rule.js';
import { runRules } from '../../src/lint/runRules.js';
import { createWorld } from '../../src/lint/world.js';

const RULE = { id: 'port-low', family: 'ports', severity: 'warning', match: { kinds: ['Service'] }, each: 'spec.ports[*]', assert: 'item.port >= 1024', at: 'port', message: '{object.metadata.name} listens at {item.port}' };

describe('a wrong rule is told', () => {
  test.each<[object, string]>([
    [{ severty: 'info' }, 'unknown field "severty"; a rule has id, family, severity, match, each, assert, check, with, at, message, rationale, fix, examples'],
    [{ id: 'PortLow' }, 'id must be kebab-case'],
    [{ message: undefined }, 'family, message and at are texts'],
    [{ each: [1] }, 'each is a path or a list of paths'],
    [{ severity: 'fatal' }, 'severity is one of error, warning, info, off'],
    [{ match: [] }, 'match is a map of kinds and where'],
    [{ check: 'selectorSelects' }, 'a rule has either assert or check'],
    [{ assert: undefined }, 'a rule has either assert or check'],
    [{ assert: undefined, check: 'none' }, 'there is no check "none"; the checks are budgetAllowsDisruption, ingressBackendPort, referenceExists, selectorSelects, servicePortDeclared'],
    [{ assert: 'item.port +' }, 'assert: ERROR: <input>:1:12: Syntax error: mismatched input \'<EOF>\''],
    [{ assert: '1' }, 'assert: '],
    [{ match: { where: 'objct.kind == "Service"' } }, "match.where: ERROR: <input>:1:1: undeclared reference to 'objct'"],
    [{ message: 'listens at {port}' }, 'message: {port} begins with neither item nor object'],
  ])('%j', (change, problem) => {
    const read = readRule({ ...RULE, ...change }, 'rule.yaml');
    expect('problem' in read ? read.problem : 'no problem').toContain(`rule.yaml: ${problem}`);
  });
});

const SERVICES = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  ports:
    - port: 80
    - port: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: inside
spec:
  ports:
    - port: 443
    - name: unfinished
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ports
`;

/** 'line message' of every finding. */
function found(change: object): string[] {
  const rule = readRule({ ...RULE, ...change }, 'rule.yaml');
  const { objects } = readObjects([{ path: 'services.yaml', text: SERVICES }], 'default');
  return runRules([rule as Rule], createWorld(objects)).map(({ source, message }) => `${source.line} ${message}`);
}

describe('a rule', () => {
  test('looks at every node, and an assertion that cannot be evaluated says nothing', () => expect(found({})).toEqual(['8 web listens at 80', '17 inside listens at 443']));
  test('passes over objects for which where is false or cannot be evaluated', () => expect(found({ match: { kinds: ['Service'], where: 'object.spec.type == "LoadBalancer"' } })).toEqual(['8 web listens at 80']));
  test('that is off says nothing', () => expect(found({ severity: 'off' })).toEqual([]));
  test('for any kind without nodes looks at the object', () => expect(found({ match: {}, each: '', at: 'metadata.name', assert: 'object.kind != "ConfigMap"', message: 'a {object.kind}' })).toEqual(['23 a ConfigMap']));
});
