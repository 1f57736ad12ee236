/** A video frame in a buffer of its own, from before the first init segment. */
export interface Waiting {
  bytes: Buffer;
  pts: number;
  dts: number;
  rtpTimestamp: number;
  arrivedMs: number;
  isSync: boolean;
  afterLoss: boolean;
}
