import type { Edition } from '../editions.ts';
import type { Charset } from '../manscdp/charset.ts';

/** How one device differs from the standard, or which of its choices it took: plain data, kept with the device and used the next time. */

/** How much an offer lists (INV-5). `common`: 96 PS, 97, 98; `minimal`: PS alone; `extended`: the long list of older platforms. */
export type SdpForm = 'common' | 'minimal' | 'extended';
/** Whom the INVITE names in its Request-URI and To: the channel, as the standard has it, or the device (INV-5, CAT-8). */
export type IdForm = 'channel' | 'device';
/** How a stream other than the main one is asked for (INV-13): one spelling, every spelling, in the Subject, or not at all. */
export type SubStreamAttribute =
  | 'all'
  | 'streamnumber'
  | 'streamprofile'
  | 'stream'
  | 'streamMode'
  | 'subject'
  | 'none';

/** Every field is optional: absent means the default. Unknown keys are kept. */
export interface DeviceProfile {
  /** The media transport that worked. */
  mediaTransport?: 'udp' | 'tcp-passive' | 'tcp-active';
  /** Charset of its XML, and of ours to it (XML-1). */
  charset?: Charset;
  /** `any`: its media never carries the SSRC that was agreed on (SSRC-1, SSRC-3). */
  ssrc?: 'offered' | 'any';
  /** `plain`: challenges without qop (REG-3). */
  digest?: 'qop' | 'plain';
  algorithm?: 'MD5' | 'SHA-256' | 'SM3';
  idForm?: IdForm;
  /** The same of controls and queries of a channel (PTZ-5), as learned; by hand `idForm` holds for both. */
  controlIdForm?: IdForm;
  sdpForm?: SdpForm;
  subStreamAttribute?: SubStreamAttribute;
  /** Start line of playback control (PB-11). */
  mansrtsp?: 'RTSP/1.0' | 'MANSRTSP/1.0';
  /** Spelling of the wish for a key frame (PTZ-6): 2016 and 2022. */
  keyFrameCommand?: 'IFameCmd' | 'IFrameCmd';
  /** False: no receiver reports to it (RTP-11 is the reason for them). */
  rtcp?: boolean;
  /** Zone of the `Date` in answers to REGISTER: `beijing`, an IANA zone, or `off` for devices that choke on it (REG-17). */
  date?: string;
  /** ON/OFF events of this device are not believed (CAT-7). */
  ignoreStatusNotify?: boolean;
  /** An unauthenticated unregister from its own address is accepted (REG-8). */
  openUnregister?: boolean;
  /** `here`: a 302 means nothing to it, or it is not to get one (REG-18). */
  redirect?: 'follow' | 'here';
  /** What its G.711 really is, whatever it says (ES-11). */
  audioLaw?: 'a' | 'mu';
  /** Voice is sent to it only after its ACK (INV-14). */
  sendAfterAck?: boolean;
  /** Seconds to add to its times of recordings (PB-8). */
  timeOffsetSeconds?: number;
  /** What it speaks, whatever it says; learned of one that says nothing and answers what came with an edition. */
  edition?: Edition;
  /** How it makes its signalling digests: hash, encoding, what of From and To. */
  noteForm?: string;
  /** What it has taken although the edition that it names does not have it. */
  beyondEdition?: readonly string[];
  /** What it has answered that it cannot do. */
  notSupported?: readonly string[];
  keepaliveSeconds?: number;
  keepaliveCount?: number;
  /** More items came than `SumNum` said: only quiet ends its catalogue (CAT-2). */
  sumNumWrong?: boolean;
  /** The same of its lists of footage (REC-3). */
  recordSumNumWrong?: boolean;
  /** Its TCP connection comes and goes between messages (SIP-8). */
  reconnects?: boolean;
  [key: string]: unknown;
}

/** What is learned and what is set by hand, kept apart; `profile` is both as one, and by hand wins. */
export interface Profiled {
  readonly profile: Readonly<DeviceProfile>;
  readonly learned: Readonly<DeviceProfile>;
  readonly byHand: Readonly<DeviceProfile>;
}

/** A profile out of its two halves. */
export function profiled(learned: Readonly<DeviceProfile>, byHand: Readonly<DeviceProfile>): Profiled {
  return { learned, byHand, profile: { ...learned, ...byHand } };
}

/** Remembers what a device showed of itself. True when that is news: the device is worth saving then. */
export function learn<K extends keyof DeviceProfile & string>(
  device: Profiled,
  key: K,
  value: DeviceProfile[K],
): boolean {
  if (device.learned[key] === value) return false;
  Object.assign(device, profiled({ ...device.learned, [key]: value }, device.byHand));
  return true;
}

/** Sets fields by hand; null gives a field back to what was learned. */
export function setByHand(device: Profiled, changes: Readonly<Record<string, unknown>>): void {
  const byHand: Record<string, unknown> = { ...device.byHand, ...changes };
  for (const key of Object.keys(byHand)) if (byHand[key] === null) delete byHand[key];
  Object.assign(device, profiled(device.learned, byHand));
}

/** Forgets everything: the device is taken as the standard has it until it shows otherwise. */
export function forgetProfile(device: Profiled): void {
  Object.assign(device, profiled({}, {}));
}
