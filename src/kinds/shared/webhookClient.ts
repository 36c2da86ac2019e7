// How the API server is told to reach a webhook: a URL or a Service.
// Source: apiserver/pkg/util/webhook/validation.go
import { invalid, required, type FieldErrors } from '../../api/fieldError.js';
import { child, type FieldPath } from '../../api/fieldPath.js';
import { parseUrl } from '../../cel/library/urls.js';
import { dns1123SubdomainMessages, portNumberMessages } from './formats.js';

const FORM = '; desired format: https://host[/path]';

/** What configurations of webhooks share. */
export interface WebhookClient {
  readonly url?: string;
  readonly service?: { readonly name: string; readonly namespace: string; readonly path?: string; readonly port?: number };
}

/** Checks that exactly one way is named and that it is well-formed. */
export function validateWebhookClient(client: WebhookClient, path: FieldPath, errors: FieldErrors): void {
  if ((client.url === undefined) === (client.service === undefined)) required(errors, path, 'exactly one of url or service is required');
  else if (client.url !== undefined) validateWebhookUrl(client.url, child(path, 'url'), errors);
  else if (client.service !== undefined) validateWebhookService(client.service, child(path, 'service'), errors);
}

function validateWebhookUrl(url: string, path: FieldPath, errors: FieldErrors): void {
  const hash = url.indexOf('#');
  const [main, fragment] = hash < 0 ? [url, ''] : [url.slice(0, hash), url.slice(hash + 1)];
  const parsed = main === '' || !/^[A-Za-z][A-Za-z0-9+.-]*:|^[/:]/.test(main) ? { scheme: '', host: '' } : parseUrl(main);
  if ('problem' in parsed) { required(errors, path, `url must be a valid URL: ${parsed.problem}${FORM}`); return; }
  if (parsed.scheme !== 'https') invalid(errors, path, parsed.scheme, `'https' is the only allowed URL scheme${FORM}`);
  if (parsed.host === '') invalid(errors, path, parsed.host, `host must be specified${FORM}`);
  const user = /^[^:]+:\/\/([^/?#]*)@/.exec(main)?.[1];
  if (user !== undefined) invalid(errors, path, user, 'user information is not permitted in the URL');
  if (fragment !== '') invalid(errors, path, fragment, 'fragments are not permitted in the URL');
  const query = main.includes('?') ? main.slice(main.indexOf('?') + 1) : '';
  if (query !== '') invalid(errors, path, query, 'query parameters are not permitted in the URL');
}

/** The server passes name and namespace the wrong way round, so a missing one is reported at the other's place. */
function validateWebhookService({ name, namespace, path: urlPath, port }: NonNullable<WebhookClient['service']>, path: FieldPath, errors: FieldErrors): void {
  if (!namespace) required(errors, child(path, 'name'));
  if (!name) required(errors, child(path, 'namespace'));
  const portMessages = portNumberMessages(port ?? 443);
  if (portMessages.length > 0) invalid(errors, child(path, 'port'), port, `port is not valid: ${portMessages.join(', ')}`);
  if (urlPath === undefined || urlPath === '' || urlPath === '/') return;
  const at = child(path, 'path');
  if (urlPath === '//') { invalid(errors, at, urlPath, 'segment[0] may not be empty'); return; }
  if (!urlPath.startsWith('/')) invalid(errors, at, urlPath, "must start with a '/'");
  const steps = urlPath.slice(1).replace(/\/$/, '').split('/');
  steps.forEach((step, index) => {
    if (step === '') { invalid(errors, at, urlPath, `segment[${index}] may not be empty`); return; }
    for (const message of dns1123SubdomainMessages(step)) invalid(errors, at, urlPath, `segment[${index}]: ${message}`);
  });
}
