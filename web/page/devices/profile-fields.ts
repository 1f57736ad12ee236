import type { ProfileField } from '../words/devices-shape.ts';
import type { Profile } from './api.ts';

/** How a field is set: one of some words, yes or no, a number of seconds, or a list of words. */
export type FieldKind =
  | { readonly is: 'choice'; readonly values: readonly string[] }
  | { readonly is: 'switch' }
  | { readonly is: 'seconds' }
  | { readonly is: 'list' };

const choice = (...values: string[]): FieldKind => ({ is: 'choice', values });
const SWITCH: FieldKind = { is: 'switch' };

/** Zones with cameras of this standard, and those of their buyers; any other is kept when it is set through the API. */
const ZONES = [
  'UTC',
  'Asia/Tokyo',
  'Asia/Bangkok',
  'Asia/Kolkata',
  'Asia/Dubai',
  'Europe/Moscow',
  'Europe/Berlin',
  'Europe/London',
  'America/Sao_Paulo',
  'America/New_York',
  'America/Los_Angeles',
];

/** Every field of the profile, in the groups in which the page shows them (contract, `GET D/profile`). */
export const PROFILE_FIELDS: Readonly<
  Record<'media' | 'signalling' | 'footage', readonly (readonly [ProfileField, FieldKind])[]>
> = {
  media: [
    ['mediaTransport', choice('tcp-passive', 'udp', 'tcp-active')],
    ['subStreamAttribute', choice('all', 'streamnumber', 'streamprofile', 'stream', 'streamMode', 'subject', 'none')],
    ['sdpForm', choice('common', 'minimal', 'extended')],
    ['idForm', choice('channel', 'device')],
    ['ssrc', choice('any', 'offered')],
    ['rtcp', SWITCH],
    ['audioLaw', choice('a', 'mu')],
    ['keyFrameCommand', choice('IFameCmd', 'IFrameCmd')],
  ],
  signalling: [
    ['edition', choice('2011', '2014', '2016', '2022')],
    ['charset', choice('GB18030', 'UTF-8')],
    ['digest', choice('qop', 'plain')],
    ['algorithm', choice('MD5', 'SHA-256', 'SM3')],
    ['date', choice('beijing', 'off', ...ZONES)],
    ['ignoreStatusNotify', SWITCH],
    ['openUnregister', SWITCH],
    ['redirect', choice('follow', 'here')],
  ],
  footage: [
    ['mansrtsp', choice('RTSP/1.0', 'MANSRTSP/1.0')],
    ['timeOffsetSeconds', { is: 'seconds' }],
    ['sendAfterAck', SWITCH],
    ['notSupported', { is: 'list' }],
  ],
};

/** Where the value in effect comes from. Pure. */
export function sourceOf(profile: Profile, field: ProfileField): 'byHand' | 'learned' | 'standard' {
  return field in profile.byHand ? 'byHand' : field in profile.learned ? 'learned' : 'standard';
}

/** What holds when nothing is set by hand: what was learned; undefined when that is the standard's way, which is not told. Pure. */
export function automaticOf(profile: Profile, field: ProfileField): unknown {
  return field in profile.byHand ? profile.learned[field] : profile[field];
}

/** Words of a list as a person types them. Pure. */
export function listOf(text: string): string[] {
  return [...new Set(text.split(/[\s,，、;]+/).filter(Boolean))];
}
