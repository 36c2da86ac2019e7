// What NodeResourcesFit and NodeResourcesBalancedAllocation read of the nodes, in arrays by node: a node is judged in a few nanoseconds.
import type { NodeInfo } from '../framework/nodeInfo.js';

/** Amounts by node: thousandths of a CPU, bytes, pods. */
export interface NodeLedger {
  readonly milliCpu: Float64Array;
  readonly memory: Float64Array;
  readonly ephemeralStorage: Float64Array;
  readonly pods: Float64Array;
  readonly requestedMilliCpu: Float64Array;
  readonly requestedMemory: Float64Array;
  readonly requestedEphemeralStorage: Float64Array;
  readonly requestedPods: Float64Array;
  /** With what counts for containers that name no request. */
  readonly nonZeroMilliCpu: Float64Array;
  readonly nonZeroMemory: Float64Array;
  /** How evenly CPU and memory are used, 0…100. */
  readonly balance: Int32Array;
  /** What is left of an extended resource, of huge pages or attachable volumes. */
  freeScalar(name: string): Float64Array;
  /** How often the node changed, from 1. */
  readonly versions: Int32Array;
  /** Nodes that changed, in order, each possibly often. */
  readonly changes: number[];
  /** Takes over what the pods on the node request by now. */
  update(node: NodeInfo): void;
  /** Notes that something else about the node has changed. */
  touch(index: number): void;
}

/** How evenly CPU and memory are used, 0…100: the arithmetic is that of `balance` in resourceScorer.ts, written out for two. */
export function balanceOf(usedCpu: number, cpu: number, usedMemory: number, memory: number): number {
  if (cpu === 0 || memory === 0) return 100;
  return Math.trunc((1 - Math.abs((Math.min(usedCpu / cpu, 1) - Math.min(usedMemory / memory, 1)) / 2)) * 100);
}

/** A ledger of the nodes as they stand. What they have must not change. */
export function createNodeLedger(nodes: readonly NodeInfo[]): NodeLedger {
  const amounts = (): Float64Array => new Float64Array(nodes.length);
  const freeScalars = new Map<string, Float64Array>();
  const freeOf = ({ allocatable, requested }: NodeInfo, name: string): number => (allocatable.scalars.get(name) ?? 0) - (requested.scalars.get(name) ?? 0);
  const ledger: NodeLedger = {
    milliCpu: amounts(), memory: amounts(), ephemeralStorage: amounts(), pods: amounts(),
    requestedMilliCpu: amounts(), requestedMemory: amounts(), requestedEphemeralStorage: amounts(), requestedPods: amounts(),
    nonZeroMilliCpu: amounts(), nonZeroMemory: amounts(), balance: new Int32Array(nodes.length), versions: new Int32Array(nodes.length), changes: [],
    freeScalar(name) {
      let free = freeScalars.get(name);
      if (free === undefined) freeScalars.set(name, (free = Float64Array.from(nodes, (node) => freeOf(node, name))));
      return free;
    },
    update(node) {
      write(node);
      for (const [name, free] of freeScalars) free[node.index] = freeOf(node, name);
      ledger.touch(node.index);
    },
    touch(index) {
      (ledger.versions[index] as number)++;
      ledger.changes.push(index);
    },
  };
  const write = ({ index, requested, pods, nonZeroMilliCpu, nonZeroMemory }: NodeInfo): void => {
    ledger.requestedMilliCpu[index] = requested.milliCpu;
    ledger.requestedMemory[index] = requested.memory;
    ledger.requestedEphemeralStorage[index] = requested.ephemeralStorage;
    ledger.requestedPods[index] = pods.length;
    ledger.nonZeroMilliCpu[index] = nonZeroMilliCpu;
    ledger.nonZeroMemory[index] = nonZeroMemory;
    ledger.balance[index] = balanceOf(requested.milliCpu, ledger.milliCpu[index] as number, requested.memory, ledger.memory[index] as number);
  };
  ledger.versions.fill(1);
  for (const node of nodes) {
    const { index, allocatable } = node;
    ledger.milliCpu[index] = allocatable.milliCpu;
    ledger.memory[index] = allocatable.memory;
    ledger.ephemeralStorage[index] = allocatable.ephemeralStorage;
    ledger.pods[index] = allocatable.pods;
    write(node);
  }
  return ledger;
}
