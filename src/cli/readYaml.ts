// Reads a YAML file that is no manifest: a rule, a configuration.
import { readDocument } from '../manifest/readDocument.js';
import { splitDocuments } from '../manifest/splitDocuments.js';
import { UsageError } from './usageError.js';

/** The first document of the text; throws UsageError when it cannot be read. */
export function readYaml(text: string, file: string): unknown {
  const [piece] = splitDocuments(text, file);
  if (piece?.kind !== 'document') throw new UsageError(`${file} holds no document`);
  const read = readDocument(piece.source);
  if ('message' in read) throw new UsageError(`${file}: ${read.message}`);
  return read.value;
}
