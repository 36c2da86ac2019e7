// Which toleration covers which taint.
import { describe, expect, it } from 'vitest';
import { findUntoleratedTaint, tolerates } from '../../src/api/tolerations.js';

const taint = { key: 'k', value: 'v', effect: 'NoSchedule' };

describe('tolerates', () => {
  it.each([
    [{ key: 'k', value: 'v' }, true],
    [{ key: 'k', value: 'w' }, false],
    [{ key: 'k', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true],
    [{ key: 'other', operator: 'Exists' }, false],
    [{ key: 'k', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }, true],
    [{ operator: 'Equal', value: 'v' }, true],
    [{ key: 'k', operator: 'Gt', value: '1' }, false],
  ])('%j → %s', (toleration, expected) => {
    expect(tolerates(toleration, taint)).toBe(expected);
  });
  it('finds the first taint that is not covered', () => {
    const taints = [{ key: 'a', effect: 'PreferNoSchedule' }, { key: 'b', effect: 'NoExecute' }];
    expect(findUntoleratedTaint(taints, undefined, ['NoSchedule', 'NoExecute'])).toBe(taints[1]);
    expect(findUntoleratedTaint(taints, [{ key: 'b', operator: 'Exists' }], ['NoSchedule', 'NoExecute'])).toBeUndefined();
  });
});
