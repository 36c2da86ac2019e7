// The library: an in-process control plane and kubectl's reading of manifests.
export { parseManifests } from './manifest/parseManifests.js';
export { Cluster, type ClusterOptions, type ListOptions } from './cluster/cluster.js';
export type { KubernetesObject, ObjectRef, Response, StatusCause, WatchEvent } from './api/meta.js';
export type { Explanation } from './scheduler/scheduler.js';
