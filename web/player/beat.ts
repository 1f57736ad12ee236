/** How often the position of each picture is compared with its live edge. */
const BEAT_MS = 100;

const followers = new Set<() => void>();
let timer: number | undefined;

/** Calls `follower` on every beat until the answer is called: one timer for all players of a page. */
export function onBeat(follower: () => void): () => void {
  followers.add(follower);
  timer ??= window.setInterval(() => {
    for (const each of followers) each();
  }, BEAT_MS);
  return () => {
    followers.delete(follower);
    if (followers.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}
