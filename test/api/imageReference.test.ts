// Names of images: the tag that decides how they are pulled.
import { expect, it } from 'vitest';
import { defaultPullPolicy, parseImageReference } from '../../src/api/imageReference.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

const CASES: readonly (readonly [image: string, tag: string | undefined, policy: string])[] = [
  ['nginx', 'latest', 'Always'], ['nginx:latest', 'latest', 'Always'], ['nginx:1.27', '1.27', 'IfNotPresent'], [`nginx@${DIGEST}`, '', 'IfNotPresent'],
  [`nginx:latest@${DIGEST}`, 'latest', 'Always'], ['registry:5000/a/b', 'latest', 'Always'], ['registry:5000/a/b:v1', 'v1', 'IfNotPresent'], ['localhost/x', 'latest', 'Always'],
  ['Nginx', undefined, 'IfNotPresent'], ['a/Upper:latest', undefined, 'IfNotPresent'], ['', undefined, 'IfNotPresent'], ['nginx:', undefined, 'IfNotPresent'],
  ['nginx@sha256:abc', undefined, 'IfNotPresent'], [' nginx', undefined, 'IfNotPresent'], ['a'.repeat(300), undefined, 'IfNotPresent'],
];

it('gives tag and default pull policy', () => {
  expect(CASES.map(([image]) => [image, parseImageReference(image)?.tag, defaultPullPolicy(image)])).toEqual(CASES);
});
