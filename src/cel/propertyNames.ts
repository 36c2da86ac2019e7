// Property names as CEL identifiers: `my-name` is written `my__dash__name` in an expression.
// Source: Kubernetes v1.36.2 apiserver/pkg/cel/escaping.go

const reservedWords: ReadonlySet<string> = new Set([
  'true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let',
  'loop', 'package', 'namespace', 'return', 'var', 'void', 'while',
]);
const escapes: Readonly<Record<string, string>> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' };
const unescapes: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

/** The identifier of a property, or undefined if expressions can't reach it. */
export function escapeProperty(name: string): string | undefined {
  if (reservedWords.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  return name.replace(/__|[-./]/g, (found) => escapes[found]!);
}

/** The property an identifier stands for, or undefined if it holds an unknown escape. */
export function unescapeProperty(identifier: string): string | undefined {
  if (!identifier.includes('__')) return identifier;
  let isValid = true;
  const name = identifier.replace(/__[^_]+__/g, (found) => {
    const inner = found.slice(2, -2);
    const plain = unescapes[inner];
    if (plain !== undefined) return plain;
    if (reservedWords.has(inner)) {
      if (found.length !== identifier.length) isValid = false;
      return inner;
    }
    isValid = false;
    return '';
  });
  return isValid ? name : undefined;
}
