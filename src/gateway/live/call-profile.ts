import type { SubStreamAttribute } from '../../sip/camera/profile.ts';
import type { KeyFrameCommand } from '../../sip/manscdp/key-frame.ts';
import type { MansrtspVersion } from '../../sip/mansrtsp.ts';

/** What of a device's profile its calls and streams act on. */
export interface CallProfile {
  /** How a stream other than the main one is asked for (INV-13). */
  readonly subStreamAttribute: SubStreamAttribute;
  /** Media with another SSRC than the agreed one is refused: set by hand only, for a gateway would lose half of all cameras by it (SSRC-1). */
  readonly isSsrcStrict: boolean;
  /** Receiver reports are sent (RTP-11). */
  readonly hasReports: boolean;
  /** The law of its G.711, whatever it declares (ES-11). */
  readonly audioLaw: 'a' | 'mu' | null;
  readonly keyFrameCommand: KeyFrameCommand;
  /** Added to its times of recordings (PB-8). */
  readonly timeOffsetSeconds: number;
  /** Start line of playback control (PB-11). */
  readonly mansrtsp: MansrtspVersion;
  /** What it has shown that it cannot do. */
  readonly notSupported: readonly string[];
}
