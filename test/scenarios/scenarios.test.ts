// Plays every scenario under fixtures/scenarios. STOWAGE_UPDATE=1 writes what came instead of comparing.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseScenario, playScenario, printScenario } from './scenario.js';

const root = new URL('../../fixtures/scenarios/', import.meta.url);

for (const area of readdirSync(root).sort()) {
  describe(area, () => {
    for (const file of readdirSync(new URL(`${area}/`, root)).sort()) {
      it(file.replace(/\.txt$/, ''), () => {
        const url = new URL(`${area}/${file}`, root);
        const text = readFileSync(url, 'utf8');
        const played = printScenario(playScenario(parseScenario(text)));
        if (process.env['STOWAGE_UPDATE'] !== undefined && process.env['CI'] === undefined) writeFileSync(url, played);
        else expect(played).toBe(text);
      });
    }
  });
}
