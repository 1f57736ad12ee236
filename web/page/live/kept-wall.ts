/** The wall that was shown last, so that the way from one camera leads back to it. For this tab: another one may have another wall; signing out forgets it. */

const KEY = 'gbgate.wall';

export function keepWall(query: URLSearchParams): void {
  sessionStorage.setItem(KEY, query.toString());
}

/** The query of the wall shown last; empty when there was none. */
export function keptWall(): URLSearchParams {
  return new URLSearchParams(sessionStorage.getItem(KEY) ?? '');
}
