// What a pod asks for: the table of cases.
import { describe, expect, it } from 'vitest';
import { podLimits, podRequests, type PodRequestsOptions } from '../../src/api/podRequests.js';
import type { Container, Pod, PodSpec } from '../../src/api/types.js';

const container = (requests: Record<string, string>, more: Partial<Container> = {}): Container => ({ name: 'c', resources: { requests }, ...more });
const sidecar = (requests: Record<string, string>): Container => container(requests, { restartPolicy: 'Always' });
const NON_ZERO = { cpu: '100m', memory: '200Mi' };

const CASES: { name: string; spec: PodSpec; status?: Pod['status']; options?: PodRequestsOptions; expected: Record<string, string> }[] = [
  { name: 'containers add up', spec: { containers: [container({ cpu: '500m', memory: '1Gi' }), container({ cpu: '250m' })] }, expected: { cpu: '750m', memory: '1Gi' } },
  { name: 'no requests', spec: { containers: [{ name: 'c' }] }, expected: {} },
  { name: 'an init container counts when it is larger', spec: { initContainers: [container({ cpu: '2' })], containers: [container({ cpu: '1', memory: '1Gi' })] }, expected: { cpu: '2', memory: '1Gi' } },
  { name: 'an init container that is smaller does not', spec: { initContainers: [container({ cpu: '500m' })], containers: [container({ cpu: '1' })] }, expected: { cpu: '1' } },
  { name: 'sidecars add to the containers', spec: { initContainers: [sidecar({ cpu: '200m' })], containers: [container({ cpu: '1' })] }, expected: { cpu: '1200m' } },
  { name: 'an init container runs beside the sidecars before it', spec: { initContainers: [sidecar({ cpu: '1' }), container({ cpu: '3' })], containers: [container({ cpu: '1' })] }, expected: { cpu: '4' } },
  { name: 'and not beside those after it', spec: { initContainers: [container({ cpu: '3' }), sidecar({ cpu: '1' })], containers: [container({ cpu: '1' })] }, expected: { cpu: '3' } },
  { name: 'overhead is added', spec: { overhead: { cpu: '250m', memory: '120Mi' }, containers: [container({ cpu: '1' })] }, expected: { cpu: '1250m', memory: '120Mi' } },
  { name: 'pod-level requests replace the sum', spec: { resources: { requests: { cpu: '2' } }, containers: [container({ cpu: '3', memory: '1Gi' })] }, expected: { cpu: '2', memory: '1Gi' } },
  { name: 'pod-level requests and overhead', spec: { resources: { requests: { cpu: '2' } }, overhead: { cpu: '100m' }, containers: [container({})] }, expected: { cpu: '2100m' } },
  { name: 'pod-level left out', spec: { resources: { requests: { cpu: '2' } }, containers: [container({ cpu: '3' })] }, options: { skipPodLevel: true }, expected: { cpu: '3' } },
  { name: 'an extended resource at pod level does not count', spec: { resources: { requests: { 'example.com/gpu': '2' } }, containers: [container({ cpu: '3' })] }, expected: { cpu: '3' } },
  { name: 'non-zero defaults per container', spec: { containers: [container({ cpu: '1' }), { name: 'd' }] }, options: { nonMissingDefaults: NON_ZERO }, expected: { cpu: '1100m', memory: '400Mi' } },
  { name: 'an explicit 0 is no missing request', spec: { containers: [container({ cpu: '0', memory: '0' })] }, options: { nonMissingDefaults: NON_ZERO }, expected: { cpu: '0', memory: '0' } },
  { name: 'non-zero defaults of init containers and sidecars', spec: { initContainers: [{ name: 'i' }, { name: 's', restartPolicy: 'Always' }], containers: [{ name: 'c' }] }, options: { nonMissingDefaults: NON_ZERO }, expected: { cpu: '200m', memory: '400Mi' } },
  {
    name: 'a resize under way counts with the larger value',
    spec: { containers: [container({ cpu: '1', memory: '1Gi' })] },
    status: { containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: 0, resources: { requests: { cpu: '2', memory: '512Mi' } } }] },
    options: { useStatus: true },
    expected: { cpu: '2', memory: '1Gi' },
  },
  {
    name: 'an infeasible resize leaves what is set aside',
    spec: { containers: [container({ cpu: '8' })] },
    status: {
      conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }],
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: 0, resources: { requests: { cpu: '2' } }, allocatedResources: { cpu: '2' } }],
    },
    options: { useStatus: true },
    expected: { cpu: '2' },
  },
];

describe('podRequests', () => {
  it.each(CASES)('$name', ({ spec, status, options, expected }) => {
    expect(podRequests({ spec, status }, options)).toEqual(expected);
  });
  it('sums limits, and overhead only where there is one that is not 0', () => {
    const spec: PodSpec = { overhead: { cpu: '1', memory: '1Gi' }, containers: [{ name: 'c', resources: { limits: { cpu: '2' } } }] };
    expect(podLimits({ spec })).toEqual({ cpu: '3' });
    expect(podLimits({ spec: { ...spec, containers: [{ name: 'c', resources: { limits: { cpu: '0' } } }] } })).toEqual({ cpu: '0' });
  });
});
