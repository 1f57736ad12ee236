import type { FindFootage, FootageRange } from '../../record/source.ts';
import type { MansrtspVersion } from '../../sip/mansrtsp.ts';
import type { LivePorts } from '../live/live-ports.ts';
import type { FootagePorts } from './footage-call.ts';

/** What playbacks need of the rest of the gateway. */
export type PlaybackPorts = FootagePorts &
  Pick<LivePorts, 'loss' | 'lingerMs' | 'publish' | 'log'> & {
    findFootage: FindFootage;
    /** The device took this start line and refused the other (PB-11). */
    mansrtspWorked(deviceId: string, version: MansrtspVersion): void;
    /** The device has shown that it cannot do this. */
    notSupported(deviceId: string, what: string): void;
    /** Other streams of the device, in words; null when there is none (PB-16). */
    holders(deviceId: string, exceptId: string): string | null;
  };

export interface PlaybackOptions extends Omit<FootageRange, 'speed'> {
  readonly id: string;
  readonly speed: number;
  onEnded(): void;
}
