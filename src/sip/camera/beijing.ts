/** Beijing is UTC+8 all year. */
const BEIJING_OFFSET_MS = 8 * 3_600_000;

/** The SIP `Date` of a registration: `yyyy-MM-ddTHH:mm:ss.SSS`, Beijing time, no zone (GB/T 28181 9.10; REG-17), whatever the zone of this host. */
export function beijingDate(epochMs: number): string {
  return new Date(epochMs + BEIJING_OFFSET_MS).toISOString().slice(0, 23);
}
