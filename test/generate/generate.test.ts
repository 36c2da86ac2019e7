// What is generated equals what is committed.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { generateKubernetesTypes } from './kubernetesTypes.js';
import { generateReadme } from './readme.js';

const root = path.resolve(import.meta.dirname, '../..');

test.each([...generateKubernetesTypes(), ...generateReadme()])('%s is up to date', (file, text) => {
  expect(fs.readFileSync(path.join(root, file), 'utf8') === text, `run npm run generate and commit ${file}`).toBe(true);
});
