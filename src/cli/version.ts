// The version of the package, kept equal to package.json by a test.

/** The version of stowage. */
export const VERSION = '0.1.0';

/** The Kubernetes versions it can judge by, oldest first. */
export const KUBERNETES_VERSIONS: readonly string[] = ['1.28', '1.29', '1.30', '1.31', '1.32', '1.33', '1.34', '1.35', '1.36'];

/** The version judged by when none is named. */
export const DEFAULT_KUBERNETES_VERSION = '1.36';
