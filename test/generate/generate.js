// Rewrites every generated file. A test compares what is committed with what this would write.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKubernetesTypes } from './kubernetesTypes.js';
import { generateReadme } from './readme.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
for (const [file, text] of [...generateKubernetesTypes(), ...generateReadme()]) fs.writeFileSync(path.join(root, file), text);
