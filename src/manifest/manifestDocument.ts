// One document of a file, as reading leaves it.
import type { Skip } from './recognise.js';
import type { DocumentSource } from './splitDocuments.js';
import type { JsonValue } from './yamlValue.js';

/** An object as kubectl would send it. */
export type PlainObject = { [key: string]: JsonValue };

/** One object of a file, or what stands in its place. Items of a `List` are documents of their own. */
export interface ManifestDocument {
  readonly file: string;
  /** The place among the file's documents, from 0; items of one List share it. */
  readonly index: number;
  /** The line at which the document begins, from 1. */
  readonly line: number;
  /** The object; undefined when the document is skipped or can't be read. */
  readonly object: PlainObject | undefined;
  /** Why there is no object, for documents that aren't manifests. */
  readonly skipped: Skip | undefined;
  /** False when kubectl stops reading the file before it comes to this document. */
  readonly isReached: boolean;
  /** Where the object stands in its document: '' or `items[2]`. */
  readonly pathInDocument: string;
  readonly source: DocumentSource;
}
