// URLs as Go's net/url reads them, as far as CEL's `url()` shows.

/** The parts of a URL. */
export interface ParsedUrl {
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly escapedPath: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
}

/** The URL (absolute, or a path that begins with a slash), or what is wrong with it. Source: net/url ParseRequestURI */
export function parseUrl(text: string): ParsedUrl | { problem: string } {
  const failure = (detail: string): { problem: string } => ({ problem: `parse ${JSON.stringify(text)}: ${detail}` });
  if (/[\u0000-\u001f\u007f]/.test(text)) return failure('net/url: invalid control character in URL');
  if (text === '') return failure('empty url');
  let rest = text;
  let scheme = '';
  const colon = /^[^:/?#]*:/.exec(text);
  if (colon !== null) {
    const name = colon[0].slice(0, -1);
    if (name === '') return failure('missing protocol scheme');
    if (/^[A-Za-z][A-Za-z0-9+.-]*$/.test(name)) {
      scheme = name.toLowerCase();
      rest = text.slice(colon[0].length);
    } else if (!/^[A-Za-z]/.test(name)) return failure('first path segment in URL cannot contain colon');
  }
  const questionMark = rest.indexOf('?');
  const query = questionMark < 0 ? '' : rest.slice(questionMark + 1);
  if (questionMark >= 0) rest = rest.slice(0, questionMark);
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { text, scheme, host: '', hostname: '', port: '', escapedPath: '', query: parseQuery(query) };
    return failure('invalid URI for request');
  }
  let host = '';
  if (scheme !== '' && rest.startsWith('//')) {
    const end = rest.indexOf('/', 2);
    const authority = end < 0 ? rest.slice(2) : rest.slice(2, end);
    rest = end < 0 ? '' : rest.slice(end);
    host = authority.slice(authority.lastIndexOf('@') + 1);
    if (/[ "<>^`{|}\\]/.test(host)) return failure(`invalid character ${JSON.stringify(/[ "<>^`{|}\\]/.exec(host)![0])} in host name`);
    if (host.startsWith('[') && !host.includes(']')) return failure("missing ']' in host");
    const portText = host.startsWith('[') ? host.slice(host.indexOf(']') + 1) : host.includes(':') ? host.slice(host.lastIndexOf(':')) : '';
    if (portText !== '' && !/^:\d*$/.test(portText)) return failure(`invalid port ${JSON.stringify(portText)} after host`);
  }
  const badEscape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(rest);
  if (badEscape !== null) return failure(`invalid URL escape ${JSON.stringify(badEscape[0])}`);
  const hostname = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '');
  const port = /:(\d+)$/.exec(host)?.[1] ?? '';
  return { text, scheme, host, hostname, port, escapedPath: escapePath(rest), query: parseQuery(query) };
}

function escapePath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*%[\]]/gu, (character) => encodeURIComponent(character));
}

function parseQuery(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    const key = unescapeQuery(equals < 0 ? pair : pair.slice(0, equals));
    const value = unescapeQuery(equals < 0 ? '' : pair.slice(equals + 1));
    if (key === undefined || value === undefined) continue;
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return values;
}

function unescapeQuery(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  return text.replaceAll('+', ' ').replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    try { return decodeURIComponent(run); } catch { return '\ufffd'; }
  });
}
