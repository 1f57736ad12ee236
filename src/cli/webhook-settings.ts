import { parseDocument } from 'yaml';
import type { WebhookEndpoint } from '../gateway/config.ts';
import { EVENT_TYPES, isWanted } from '../gateway/event-types.ts';
import type { ConfigFile } from './schema.ts';

/** Variable with the list as YAML or JSON, for containers that have no file. */
export const WEBHOOKS_ENV = 'GBGATE_WEBHOOKS';

type Entries = NonNullable<ConfigFile['webhooks']>;

/** The list of a variable, not checked yet; a sentence when it is no YAML. */
export function webhooksOfEnv(text: string): { list: unknown } | { fault: string } {
  const document = parseDocument(text);
  if (document.errors.length > 0) return { fault: `${WEBHOOKS_ENV} must be a YAML or JSON list of webhooks.` };
  try {
    return { list: document.toJS({ maxAliasCount: 100 }) };
  } catch {
    return { fault: `${WEBHOOKS_ENV} must be a YAML or JSON list of webhooks.` };
  }
}

/** The endpoints with their defaults, or a sentence about what a schema cannot see: addresses, types that do not exist. */
export function endpointsOf(entries: Entries): WebhookEndpoint[] | { fault: string } {
  for (const [index, { url, events = [] }] of entries.entries()) {
    if (!isAddress(url)) return { fault: `webhooks.${index}.url is no address: ${url}.` };
    const unknown = events.find((wanted) => !EVENT_TYPES.some((type) => isWanted(wanted, type)));
    // A typing error would be silent otherwise: the event would never come.
    if (unknown !== undefined)
      return { fault: `webhooks.${index}.events names ${unknown}, but there is no such event.${nearest(unknown)}` };
  }
  return entries.map(({ url, secret, events, headers }) => ({
    url,
    secret: secret ?? null,
    events: events ?? null,
    headers: headers ?? {},
  }));
}

/** User and password go into a header, so they have to be readable as well. */
function isAddress(url: string): boolean {
  try {
    const { username, password } = new URL(url);
    decodeURIComponent(`${username}:${password}`);
    return true;
  } catch {
    return false;
  }
}

/** Types of the same group, for whoever mistyped one. */
function nearest(unknown: string): string {
  const group = unknown.split('.')[0];
  const same = EVENT_TYPES.filter((type) => type.split('.')[0] === group);
  return same.length === 0 ? '' : ` There are ${same.join(', ')}.`;
}
