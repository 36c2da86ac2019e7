// What the scanner cuts YAML into, and how it says that a document can't be read.
// Source: vendor/go.yaml.in/yaml/v2/yamlh.go (yaml_token_t)

/** The kinds of token. */
export const tokenKind = {
  streamEnd: 0,
  versionDirective: 1,
  tagDirective: 2,
  documentStart: 3,
  documentEnd: 4,
  blockSequenceStart: 5,
  blockMappingStart: 6,
  blockEnd: 7,
  flowSequenceStart: 8,
  flowSequenceEnd: 9,
  flowMappingStart: 10,
  flowMappingEnd: 11,
  blockEntry: 12,
  flowEntry: 13,
  key: 14,
  value: 15,
  alias: 16,
  anchor: 17,
  tag: 18,
  scalar: 19,
} as const;

/** One of `tokenKind`. */
export type TokenKind = (typeof tokenKind)[keyof typeof tokenKind];

/** One token: offsets into the text, `line` counted from 0. `value` and `suffix` depend on the kind. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly line: number;
  readonly end: number;
  readonly endLine: number;
  readonly value: string;
  readonly suffix: string;
  /** For a scalar: written without quotes and not as a block. */
  readonly isPlain: boolean;
}

/** Why a document can't be read: the library's own words, the offset it points at, and the line it prints (0: none). */
export class YamlError {
  readonly problem: string;
  readonly offset: number;
  readonly printedLine: number;
  constructor(problem: string, offset: number, printedLine: number) {
    this.problem = problem;
    this.offset = offset;
    this.printedLine = printedLine;
  }
}
