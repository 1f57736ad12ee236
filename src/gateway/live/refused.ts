/** Counted at the media ports: packets of strangers, packets that are no RTP, TCP connections that brought no media. */
export interface Refused {
  readonly strangers: number;
  readonly malformed: number;
  readonly connections: number;
}

/** Before the first call. */
export const NOTHING_REFUSED: Refused = { strangers: 0, malformed: 0, connections: 0 };

/** What earlier calls refused and what the receiver of this one has. */
export function refusedSoFar(
  before: Refused,
  receiver: { readonly strangers: number; readonly malformed: number; readonly connectionsDropped: number } | null,
): Refused {
  if (receiver === null) return before;
  return {
    strangers: before.strangers + receiver.strangers,
    malformed: before.malformed + receiver.malformed,
    connections: before.connections + receiver.connectionsDropped,
  };
}
