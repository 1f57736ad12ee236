/** A device came or went. */
export interface PresenceChange {
  readonly deviceId: string;
  readonly epochMs: number;
  readonly online: boolean;
  /** The word of the event (`registered`, `keepalive-missed`, …), or `gateway-stopped`, `gateway-restarted`. */
  readonly reason: string;
  /** `host:port` it was at; null when there was none. */
  readonly address: string | null;
}
