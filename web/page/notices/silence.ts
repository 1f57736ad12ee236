import { Store } from '../store.ts';

const KEY = 'gbgate.notices';

/** Whether notices appear on every view: the choice of this browser, until it is taken back. */
export const areShown = new Store(localStorage.getItem(KEY) !== 'off');

export function showNotices(shown: boolean): void {
  if (shown) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, 'off');
  areShown.set(shown);
}
