// Names of container images. Source: pkg/util/parsers/parsers.go (ParseImageName), github.com/distribution/reference

/** The parts of an image name that decide how it is pulled. */
export interface ImageReference {
  /** The tag; 'latest' when there is neither tag nor digest; '' when there is only a digest. */
  readonly tag: string;
  readonly digest: string;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const DOMAIN = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[[a-fA-F0-9:]+\\]';
const REFERENCE = new RegExp(
  `^(?:(?:${DOMAIN})(?::[0-9]+)?/)?${COMPONENT}(?:/${COMPONENT})*(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);
const DIGESTS: Record<string, number> = { sha256: 64, sha384: 96, sha512: 128 };
const MAX_NAME = 255;

/** The parts of the name, or undefined when it is no image name. */
export function parseImageReference(image: string): ImageReference | undefined {
  if (/^[a-f0-9]{64}$/.test(image)) return undefined;
  const match = REFERENCE.exec(withRegistry(image));
  if (match === null) return undefined;
  const [whole, tag = '', digest = ''] = match as unknown as [string, string?, string?];
  const name = whole.slice(0, whole.length - (tag === '' ? 0 : tag.length + 1) - (digest === '' ? 0 : digest.length + 1));
  if (name.length > MAX_NAME) return undefined;
  if (digest !== '') {
    const [algorithm, hex] = digest.split(':') as [string, string];
    if (DIGESTS[algorithm] !== hex.length || !/^[a-f0-9]+$/.test(hex)) return undefined;
  }
  return { tag: tag === '' && digest === '' ? 'latest' : tag, digest };
}

/** The name with the default registry in front when its first part is none. Source: splitDockerDomain */
function withRegistry(image: string): string {
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(slash, 0));
  const hasRegistry = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  return hasRegistry ? image : `docker.io/${slash < 0 ? 'library/' : ''}${image}`;
}

const MAX_CACHED = 20_000;
const policies = new Map<string, string>();

/** How an image is pulled when nothing is said. Source: pkg/apis/core/v1/defaults.go (SetDefaults_Container) */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  let policy = policies.get(image);
  if (policy === undefined) {
    policy = parseImageReference(image)?.tag === 'latest' ? 'Always' : 'IfNotPresent';
    if (policies.size >= MAX_CACHED) policies.clear();
    policies.set(image, policy);
  }
  return policy as 'Always' | 'IfNotPresent';
}
