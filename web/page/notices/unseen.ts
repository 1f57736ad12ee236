import { onEvent } from '../model.ts';
import { route } from '../route.ts';
import { Store } from '../store.ts';

/** Alarms that came since somebody last looked at their list. */
export const unseenAlarms = new Store(0);

/** A storm is counted together: drawn at most so often. */
const DRAW_MS = 250;

/** Counts until it is stopped: nothing while the list is open. */
export function countAlarms(): () => void {
  let count = unseenAlarms.value;
  let timer = 0;
  const draw = () => {
    timer = 0;
    unseenAlarms.set(count);
  };
  const look = () => {
    if (route.value.view !== 'alarms') return;
    count = 0;
    unseenAlarms.set(0);
  };
  look();
  const unfollow = route.follow(look);
  const unhear = onEvent(({ type }) => {
    if (type !== 'alarm' || route.value.view === 'alarms') return;
    count += 1;
    if (timer === 0) timer = window.setTimeout(draw, DRAW_MS);
  });
  return () => {
    unfollow();
    unhear();
    window.clearTimeout(timer);
  };
}
