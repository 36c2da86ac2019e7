// Sums of many resource lists: exact numbers until the end, and texts only then.
import { formatNano, parseQuantity, type QuantityFormat } from './quantity.js';
import type { ResourceList } from './podRequests.js';

/** A running sum per resource name. */
export interface QuantitySums {
  add(list: ResourceList): void;
  /** The sums in canonical text. Source: resource.Quantity.Add */
  list(): ResourceList;
}

interface Sum {
  nano: bigint;
  format: QuantityFormat;
  /** As it was written, while it is the only one. */
  text: string | undefined;
}

/** No sums yet. */
export function createQuantitySums(): QuantitySums {
  const sums = new Map<string, Sum>();
  return {
    add(list) {
      for (const name in list) {
        const text = list[name] as string;
        const quantity = parseQuantity(text);
        const sum = sums.get(name);
        if (typeof quantity === 'string') continue;
        if (sum === undefined) sums.set(name, { nano: quantity.nano, format: quantity.format, text });
        else {
          // The family is the first one's unless that is zero.
          if (sum.nano === 0n) sum.format = quantity.format;
          sum.nano += quantity.nano;
          sum.text = undefined;
        }
      }
    },
    list() {
      const list: ResourceList = {};
      for (const [name, { nano, format, text }] of sums) list[name] = text ?? formatNano(nano, format);
      return list;
    },
  };
}
