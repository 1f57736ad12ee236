/**
 * The version table: what differs between the editions of GB/T 28181, as far as we say it. Everything that depends on an edition asks here.
 * A device names its edition in `X-GB-Ver` (2022, annex I); the side with the higher one avoids what the other cannot understand.
 */

export type Edition = '2011' | '2014' | '2016' | '2022';

/** How things are written for a device of one edition. */
export interface EditionForms {
  /** What the prolog of our XML declares (A.1). */
  readonly declared: 'GB2312' | 'GB18030';
  /** The query for presets; 2011 has it misprinted, and its devices know that alone (A.2.4.7). */
  readonly presetQuery: 'PersetQuery' | 'PresetQuery';
  /** The wish for a key frame; 2016 has it misprinted (PTZ-6). */
  readonly keyFrameCommand: 'IFameCmd' | 'IFrameCmd';
  /** Beside the eight bytes of PTZCmd: which platform goes first, or what presets and cruises are called. */
  readonly ptzExtras: 'priority' | 'names';
  /** Whether RecordCmd names a stream (A.2.3.1.3). */
  readonly namesRecordedStream: boolean;
  /** Whether a change of a configuration may leave out what stays (A.2.3.2). */
  readonly changesPartly: boolean;
  /** Media over TCP came with the supplement of 2014: before it UDP is tried first. */
  readonly firstTransport: 'udp' | 'tcp-passive';
  /** The strongest hash of the signalling digest that a device of it has to know (8.3). */
  readonly noteHash: 'SHA-256' | 'SM3';
}

const OF_2016: EditionForms = {
  declared: 'GB2312',
  presetQuery: 'PresetQuery',
  keyFrameCommand: 'IFameCmd',
  ptzExtras: 'priority',
  namesRecordedStream: false,
  changesPartly: false,
  firstTransport: 'tcp-passive',
  noteHash: 'SHA-256',
};

const FORMS: Readonly<Record<Edition, EditionForms>> = {
  2011: { ...OF_2016, presetQuery: 'PersetQuery', firstTransport: 'udp' },
  2014: OF_2016,
  2016: OF_2016,
  2022: {
    ...OF_2016,
    declared: 'GB18030',
    keyFrameCommand: 'IFrameCmd',
    ptzExtras: 'names',
    namesRecordedStream: true,
    changesPartly: true,
    noteHash: 'SM3',
  },
};

const VERSIONS: readonly (readonly [version: string, edition: Edition])[] = [
  ['1.0', '2011'],
  ['1.1', '2014'],
  ['2.0', '2016'],
  ['3.0', '2022'],
];

/** Every edition, the oldest first. */
export const EDITIONS: readonly Edition[] = VERSIONS.map(([, edition]) => edition);

/** The edition that we speak, and what we call it (annex I). */
export const OWN_VERSION = '3.0';

/** What came with an edition after the first, by the element that names it in a message (A.2.3, A.2.4). */
const SINCE: ReadonlyMap<string, Edition> = new Map([
  ['HomePosition', '2016'],
  ['MobilePosition', '2016'],
  ['PTZPreciseCtrl', '2022'],
  ['DeviceUpgrade', '2022'],
  ['FormatSDCard', '2022'],
  ['TargetTrack', '2022'],
  ['HomePositionQuery', '2022'],
  ['CruiseTrackListQuery', '2022'],
  ['CruiseTrackQuery', '2022'],
  ['PTZPosition', '2022'],
  ['SDCardStatus', '2022'],
  ['SnapShotConfig', '2022'],
]);

/** What `X-GB-Ver` stands for; null when it says nothing that we know. */
export function editionOf(version: string | null): Edition | null {
  return VERSIONS.find(([known]) => known === version)?.[1] ?? null;
}

/** How to write for that edition. Of a device that names none we know that it is no newer than 2016 (annex I). */
export function editionForms(edition: Edition | null): EditionForms {
  return FORMS[edition ?? '2016'];
}

/** The edition in which a thing first came, when that edition does not have it; null: it has it, or nobody knows. */
export function lackedUntil(edition: Edition | null, what: string): Edition | null {
  const since = SINCE.get(what);
  if (edition === null || since === undefined) return null;
  return EDITIONS.indexOf(edition) < EDITIONS.indexOf(since) ? since : null;
}

/** The edition that a device has at least when it answers such a thing. */
export function shownBy(what: string): Edition | null {
  return SINCE.get(what) ?? null;
}

/** The `X-GB-Ver` of an edition. */
export function versionOf(edition: Edition | null): string | null {
  return VERSIONS.find(([, known]) => known === edition)?.[0] ?? null;
}

/** A device, as far as its edition goes. */
interface Speaker {
  readonly version: string | null;
  readonly learned: { readonly edition?: Edition };
  readonly byHand: { readonly edition?: Edition };
}

/** What a device names, or what was set by hand in its place: what is newer it does not have. What it has shown it has at least. */
export function editionNamed({ version, byHand }: Omit<Speaker, 'learned'>): Edition | null {
  return byHand.edition ?? editionOf(version);
}

/** What a device speaks: as set by hand, as it says, or as it has shown; null: nobody knows. */
export function editionSpoken(device: Speaker): Edition | null {
  return editionNamed(device) ?? device.learned.edition ?? null;
}

/** How to write for a device; for one that is gone meanwhile as for any. */
export function formsFor(device: Speaker | undefined): EditionForms {
  return editionForms(device === undefined ? null : editionSpoken(device));
}
