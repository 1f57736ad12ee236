/** A deviation that was tolerated (contract, streams: `findings`). */
export interface Finding {
  readonly code: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** The values seen. */
  readonly detail: string;
}
