import type { Device, Directory } from '../../sip/camera/directory.ts';
import {
  type DeviceProfile,
  forgetProfile,
  type IdForm,
  learn,
  profiled,
  type SdpForm,
  setByHand,
} from '../../sip/camera/profile.ts';
import { type Edition, editionForms, editionSpoken } from '../../sip/editions.ts';
import type { CallProfile } from '../live/call-profile.ts';
import type { LadderPlan, Rung } from '../live/ladder.ts';
import { pullTransport } from '../view-of.ts';
import { isProblem, type Problem, type PullTransport } from '../views.ts';

/** The fields of the contract (`GET D/profile`). */
export interface ProfileFields {
  mediaTransport: PullTransport;
  /** Null: found out message by message. */
  charset: DeviceProfile['charset'] | null;
  ssrc: NonNullable<DeviceProfile['ssrc']>;
  digest: NonNullable<DeviceProfile['digest']>;
  algorithm: NonNullable<DeviceProfile['algorithm']>;
  idForm: NonNullable<DeviceProfile['idForm']>;
  sdpForm: NonNullable<DeviceProfile['sdpForm']>;
  subStreamAttribute: NonNullable<DeviceProfile['subStreamAttribute']>;
  mansrtsp: NonNullable<DeviceProfile['mansrtsp']>;
  keyFrameCommand: NonNullable<DeviceProfile['keyFrameCommand']>;
  rtcp: boolean;
  /** `beijing`, `off`, or an IANA zone. */
  date: string;
  ignoreStatusNotify: boolean;
  openUnregister: boolean;
  redirect: NonNullable<DeviceProfile['redirect']>;
  /** Null: as the stream declares it. */
  audioLaw: DeviceProfile['audioLaw'] | null;
  sendAfterAck: boolean;
  timeOffsetSeconds: number;
  notSupported: readonly string[];
  /** Null: the device says none, and has shown none. */
  edition: Edition | null;
}

/** What holds for a device, and where it comes from. By hand wins over learned, learned over the default. */
export interface ProfileView extends ProfileFields {
  learned: Partial<ProfileFields>;
  byHand: Partial<ProfileFields>;
}

/** What holds for a device of which nothing is known. */
export function defaultProfile(edition: Edition | null): ProfileFields {
  return {
    mediaTransport: 'auto',
    charset: null,
    ssrc: 'any',
    digest: 'qop',
    algorithm: 'MD5',
    idForm: 'channel',
    sdpForm: 'common',
    subStreamAttribute: 'all',
    mansrtsp: 'RTSP/1.0',
    keyFrameCommand: editionForms(edition).keyFrameCommand,
    rtcp: true,
    date: 'beijing',
    ignoreStatusNotify: false,
    openUnregister: false,
    redirect: 'follow',
    audioLaw: null,
    sendAfterAck: false,
    timeOffsetSeconds: 0,
    notSupported: [],
    edition,
  };
}

const FIELDS = Object.keys(defaultProfile(null)) as (keyof ProfileFields)[];

/** What holds for a device now, every field filled in: for whoever acts on it. */
export function profileOf(device: Device): ProfileFields {
  const { learned, byHand } = halves(device);
  const edition = editionSpoken(device);
  // what was learned of it counts for nothing once it says it itself
  return { ...defaultProfile(edition), ...learned, ...byHand, edition };
}

/** The profile as the API shows it. */
export function profileView(device: Device): ProfileView {
  return { ...profileOf(device), ...halves(device) };
}

const SDP_FORMS: readonly SdpForm[] = ['common', 'minimal', 'extended'];
const ID_FORMS: readonly IdForm[] = ['channel', 'device'];

/** Forms of the offer and of the id to try for a device with so many channels: the one set by hand alone, else what it took before and then the others. */
export function formsOf(device: Device | undefined, channels: number): Pick<LadderPlan, 'sdpForms' | 'idForms'> {
  const { sdpForm, idForm } = device?.profile ?? {};
  return {
    sdpForms: device?.byHand.sdpForm === undefined ? firstThen(sdpForm, SDP_FORMS) : [device.byHand.sdpForm],
    idForms:
      device?.byHand.idForm !== undefined
        ? [device.byHand.idForm]
        : // asked by its own id a recorder would show its first channel under the name of another
          channels === 1
          ? firstThen(idForm, ID_FORMS)
          : ['channel'],
  };
}

/** Remembers the rung that brought media; true when that is news. What is the default is remembered only to correct what was learned. */
export function learnRung(device: Device, { transport, sdpForm, idForm }: Rung): boolean {
  let isNews = learn(device, 'mediaTransport', transport);
  if (sdpForm !== (device.learned.sdpForm ?? 'common')) isNews = learn(device, 'sdpForm', sdpForm) || isNews;
  if (idForm !== (device.learned.idForm ?? 'channel')) isNews = learn(device, 'idForm', idForm) || isNews;
  return isNews;
}

function firstThen<T>(first: T | undefined, all: readonly T[]): readonly T[] {
  return first === undefined ? all : [first, ...all.filter((one) => one !== first)];
}

/** Codes that say that media of this device does not carry the SSRC that was agreed on. */
const FOREIGN_SSRC: ReadonlySet<string> = new Set(['SSRC-1', 'SSRC-3', 'SSRC-4']);

/** What a deviation teaches about the device that showed it; true when that is news. */
export function learnFinding(device: Device, code: string): boolean {
  return FOREIGN_SSRC.has(code) && learn(device, 'ssrc', 'any');
}

/** What the calls of a device act on; one that is gone meanwhile is called as the standard has it. */
export function callProfileOf(device: Device | undefined): CallProfile {
  const fields = device === undefined ? defaultProfile(null) : profileOf(device);
  return {
    subStreamAttribute: fields.subStreamAttribute,
    isSsrcStrict: device?.byHand.ssrc === 'offered',
    hasReports: fields.rtcp,
    audioLaw: fields.audioLaw ?? null,
    keyFrameCommand: fields.keyFrameCommand,
    timeOffsetSeconds: fields.timeOffsetSeconds,
    mansrtsp: fields.mansrtsp,
    notSupported: fields.notSupported,
  };
}

/**
 * Changes a profile by hand; null gives a field back to what was learned. The caller saves the device.
 * The transport lives where `PATCH D` puts it: one wish, two doors.
 */
export function changeProfile(device: Device, changes: Readonly<Record<string, unknown>>): Problem | null {
  const { mediaTransport, ...others } = changes;
  if (typeof others.date === 'string' && !isDateRule(others.date))
    return {
      problem: 'bad_request',
      detail: `date is "beijing", "off" or a time zone like Asia/Tokyo, not ${others.date}.`,
    };
  if (mediaTransport !== undefined) device.mediaTransport = pullTransport(mediaTransport) ?? null;
  setByHand(device, others);
  return null;
}

/** Forgets what was learned and what was set by hand; the caller saves the device. */
export function resetProfile(device: Device, o: { learnedOnly: boolean }): void {
  const { byHand } = device;
  forgetProfile(device);
  if (o.learnedOnly) Object.assign(device, profiled({}, byHand));
  else device.mediaTransport = null;
}

/** A device by its id, for the API's calls. */
export class Profiles {
  readonly #directory: Directory;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  get(deviceId: string): ProfileView | Problem {
    return this.#with(deviceId, () => null);
  }

  change(deviceId: string, changes: Readonly<Record<string, unknown>>): ProfileView | Problem {
    return this.#with(deviceId, (device) => changeProfile(device, changes));
  }

  forget(deviceId: string, o: { learnedOnly: boolean }): Problem | null {
    const answer = this.#with(deviceId, (device) => {
      resetProfile(device, o);
      return null;
    });
    return isProblem(answer) ? answer : null;
  }

  #with(deviceId: string, change: (device: Device) => Problem | null): ProfileView | Problem {
    const device = this.#directory.device(deviceId);
    if (device === undefined) return { problem: 'device_not_found', detail: `There is no device ${deviceId}.` };
    const before = device.profile;
    const wish = device.mediaTransport;
    const refusal = change(device);
    if (refusal !== null) return refusal;
    if (device.profile !== before || device.mediaTransport !== wish) this.#directory.save(device);
    return profileView(device);
  }
}

function halves(device: Device): { learned: Partial<ProfileFields>; byHand: Partial<ProfileFields> } {
  const wish = pullTransport(device.mediaTransport);
  return {
    learned: ofContract(device.learned),
    byHand: { ...ofContract(device.byHand), ...(wish === undefined ? {} : { mediaTransport: wish }) },
  };
}

function ofContract(half: Readonly<DeviceProfile>): Partial<ProfileFields> {
  return Object.fromEntries(FIELDS.filter((field) => half[field] !== undefined).map((field) => [field, half[field]]));
}

function isDateRule(date: string): boolean {
  if (date === 'beijing' || date === 'off') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: date });
    return true;
  } catch {
    return false;
  }
}
