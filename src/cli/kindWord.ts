// Kinds as people name them on the command line: deploy, deployment, deployments, deployments.apps, deployments.v1.apps.
import { builtInKinds } from '../kinds/index.js';
import type { Kind } from '../kinds/kind.js';
import { UsageError } from './usageError.js';

/** An object named on the command line. */
export interface NamedObject {
  kind: Kind;
  name: string;
}

/** Reads KIND/NAME; throws UsageError with what to type instead. */
export function namedObject(text: string, whatItIs: string): NamedObject {
  const [word = '', name = '', ...rest] = text.split('/');
  if (name === '' || rest.length > 0) throw new UsageError(`${whatItIs} is given as KIND/NAME, such as deploy/web; ${JSON.stringify(text)} is not`);
  const kind = kindNamed(word);
  if (kind === undefined) throw new UsageError(`${JSON.stringify(word)} is no kind; use pod/NAME, deploy/NAME, sts/NAME, ds/NAME, svc/NAME or job/NAME`);
  return { kind, name };
}

/** The kind that kubectl would understand by the word. */
export function kindNamed(word: string): Kind | undefined {
  const wanted = word.toLowerCase();
  const [plainName = '', ...group] = wanted.split('.');
  const isCalled = ({ plural, singular, shortNames }: Kind): boolean => plainName === plural || plainName === singular || shortNames.includes(plainName);
  return [...builtInKinds().values()].find((each) => isCalled(each) && (group.length === 0 || group.join('.') === each.group || group.join('.') === `${each.version}.${each.group}`));
}
