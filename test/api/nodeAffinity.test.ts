// Node selectors and node affinity: the table of operators.
import { describe, expect, it } from 'vitest';
import { nodeSelectorTermMatches, preferredNodeAffinityWeight, requiredNodeAffinityMatches } from '../../src/api/nodeAffinity.js';

const node = { name: 'n1', labels: { disk: 'ssd', cpus: '16', 'odd': 'abc' } };
const expression = (key: string, operator: string, values?: string[]) => ({ matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }] });

describe('nodeSelectorTermMatches', () => {
  it.each([
    [expression('disk', 'In', ['hdd', 'ssd']), true],
    [expression('disk', 'In', ['hdd']), false],
    [expression('none', 'In', ['x']), false],
    [expression('disk', 'NotIn', ['ssd']), false],
    [expression('none', 'NotIn', ['ssd']), true],
    [expression('disk', 'Exists'), true],
    [expression('none', 'Exists'), false],
    [expression('disk', 'DoesNotExist'), false],
    [expression('none', 'DoesNotExist'), true],
    [expression('cpus', 'Gt', ['15']), true],
    [expression('cpus', 'Gt', ['16']), false],
    [expression('cpus', 'Lt', ['17']), true],
    [expression('odd', 'Gt', ['1']), false],
    [expression('cpus', 'Gt', ['many']), false],
    [{}, false],
    [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }, true],
    [{ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['n1'] }] }, false],
    [{ matchFields: [{ key: 'metadata.uid', operator: 'In', values: ['n1'] }] }, false],
  ])('%j → %s', (term, expected) => {
    expect(nodeSelectorTermMatches(term, node)).toBe(expected);
  });
  it('looks at fields of nodes with a name only', () => {
    const named = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n2'] }] };
    expect(nodeSelectorTermMatches(named, { ...node, name: '' })).toBe(true);
    expect(nodeSelectorTermMatches({ ...named, ...expression('disk', 'In', ['hdd']) }, { ...node, name: '' })).toBe(false);
    expect(nodeSelectorTermMatches({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1', 'n2'] }] }, { ...node, name: '' })).toBe(false);
  });
});

describe('requiredNodeAffinityMatches', () => {
  it('needs every pair of the selector and one term', () => {
    const affinity = (terms: object[]) => ({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } });
    expect(requiredNodeAffinityMatches({}, node)).toBe(true);
    expect(requiredNodeAffinityMatches({ nodeSelector: { disk: 'ssd', cpus: '8' } }, node)).toBe(false);
    expect(requiredNodeAffinityMatches({ affinity: affinity([]) }, node)).toBe(false);
    expect(requiredNodeAffinityMatches({ affinity: affinity([expression('disk', 'In', ['hdd']), expression('cpus', 'Exists')]) }, node)).toBe(true);
  });
  it('sums the preferred weights', () => {
    const terms = [{ weight: 5, preference: expression('disk', 'Exists') }, { weight: 7, preference: expression('none', 'Exists') }, { weight: 2, preference: {} }];
    expect(preferredNodeAffinityWeight(terms, node)).toBe(5);
  });
});
