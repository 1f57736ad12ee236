import { Store } from './store.ts';

/**
 * False when the token may only look: the gateway says so with every answer of its API (`Gbgate-Access: look`). Controls that
 * change something are disabled then, with the reason beside them.
 */
export const mayControl = new Store(true);

/** Takes the header of an answer; one without it says nothing. */
export function noteAccess(header: string | null): void {
  if (header !== null) mayControl.set(header !== 'look');
}
