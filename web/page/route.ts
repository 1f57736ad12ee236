import { Store } from './store.ts';

/**
 * What the address bar shows: `#/VIEW/PART/PART?query`. The fragment, so that the page works under any path of a reverse
 * proxy and the server needs to know no view.
 */
export interface Route {
  readonly view: View;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

export const VIEWS = [
  'live',
  'footage',
  'alarms',
  'devices',
  'add',
  'streams',
  'recordings',
  'downloads',
  'positions',
  'system',
] as const;
export type View = (typeof VIEWS)[number];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ''; // a broken address names nothing
  }
}

/** The route that a fragment (`#/devices/3402…?tab=channels`) names; an unknown view is the first one. Pure. */
export function parseRoute(fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#\/?/, '').split('?', 2);
  const [name, ...parts] = path.split('/').map(decoded);
  const view = VIEWS.find((known) => known === name);
  if (view === undefined) return { view: 'live', parts: [], query: new URLSearchParams() };
  return { view, parts: parts.filter((part) => part !== ''), query: new URLSearchParams(query) };
}

/** The fragment of a route, with the leading `#`: for links. Pure. */
export function hrefOf(view: View, parts: readonly string[] = [], query?: URLSearchParams): string {
  const path = [view, ...parts.map(encodeURIComponent)].join('/');
  // What a fragment may hold as it is stays readable: a wall's address is a list of ids.
  const text = (query?.toString() ?? '').replace(/%2F/g, '/').replace(/%2C/g, ',').replace(/%3A/g, ':');
  return `#/${path}${text === '' ? '' : `?${text}`}`;
}

/** The route shown now. */
export const route = new Store<Route>(parseRoute(location.hash));
window.addEventListener('hashchange', () => route.set(parseRoute(location.hash)));

/** Goes to a route; `replace` leaves no entry in the history (a wall that is being arranged). */
export function go(href: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', href);
  else history.replaceState(null, '', href);
  route.set(parseRoute(href));
}
