/** Another tab of the page was opened, or is looked at again. */
const HERE = 'here';
/** A hidden tab that has heard of so many others rests: those that were looked at last keep their stream. */
const MANY = 2;

/**
 * Browsers open six connections to one server, for all tabs together, and the stream of events takes one of them for good: a seventh tab would wait
 * for ever. So hidden tabs give theirs back when there are others. Calls `rest` then, and `wake` when this tab is seen again; the answer ends that.
 */
export function restWhileHidden(rest: () => void, wake: () => void): () => void {
  const channel = new BroadcastChannel('gbgate.tabs');
  let heard = 0;
  let isResting = false;
  const isHidden = () => document.visibilityState === 'hidden';
  const hear = () => {
    heard = isHidden() ? heard + 1 : 0;
    if (heard < MANY || isResting) return;
    isResting = true;
    rest();
  };
  const look = () => {
    heard = 0;
    if (isHidden()) return;
    channel.postMessage(HERE);
    if (isResting) wake();
    isResting = false;
  };
  channel.addEventListener('message', hear);
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    channel.close();
    document.removeEventListener('visibilitychange', look);
  };
}
