/** Recorded footage that a call asks for (GB/T 28181-2022 9.8, 9.9). */
export interface HistoryOptions {
  readonly name: 'Playback' | 'Download';
  /** `t=` of the offer, Unix seconds. */
  readonly startEpochSeconds: number;
  readonly endEpochSeconds: number;
  /** `downloadspeed`, times real speed; downloads only. */
  readonly speed: number;
  /** The offer has a `u=` (PB-9). */
  readonly hasUri: boolean;
  /** What the device's answer says of the footage. */
  onFacts(facts: { readonly filesizeBytes: number | null; readonly offeredSpeeds: readonly number[] | null }): void;
  /** MediaStatus: `121` is the end of the footage (PB-1); what was sent before may still be on its way (PB-4). */
  onMediaStatus(notifyType: string): void;
}

/** What of it stands in the offer. */
export function rangeOf({ startEpochSeconds, endEpochSeconds, speed, hasUri }: HistoryOptions) {
  return { startEpochSeconds, endEpochSeconds, downloadSpeed: speed, ...(hasUri ? {} : { uri: null }) };
}
