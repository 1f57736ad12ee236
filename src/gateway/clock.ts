/** Time as the gateway sees it, handed in so that tests run on a simulated clock. */
export interface Clock {
  /** Monotonic milliseconds: durations and deadlines. */
  nowMs(): number;
  /** Wall clock, milliseconds since 1970 UTC: what is stored and shown. */
  epochMs(): number;
  /** Runs `action` once after `ms`; the answer cancels it (idempotent). */
  after(ms: number, action: () => void): () => void;
}

/** The machine's own clock. Timers keep the process alive only while the gateway is open: whoever sets one cancels it. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits for `work`, but at most `ms`; no timer is left behind. */
export async function atMost(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  let cancel = () => {};
  const patience = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  await Promise.race([work, patience]);
  cancel();
}
