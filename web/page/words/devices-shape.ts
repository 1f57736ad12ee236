/** Fields of a profile in the order in which the page shows them. */
export type ProfileField =
  | 'mediaTransport'
  | 'subStreamAttribute'
  | 'sdpForm'
  | 'idForm'
  | 'ssrc'
  | 'rtcp'
  | 'audioLaw'
  | 'keyFrameCommand'
  | 'edition'
  | 'charset'
  | 'digest'
  | 'algorithm'
  | 'date'
  | 'ignoreStatusNotify'
  | 'openUnregister'
  | 'redirect'
  | 'mansrtsp'
  | 'timeOffsetSeconds'
  | 'sendAfterAck'
  | 'notSupported';

/** The list of devices and the page of one. Pure: no DOM. */
export interface DevicesWords {
  readonly devices: string;
  readonly count: (shown: number, online: number) => string;
  readonly find: string;
  readonly all: string;
  readonly online: string;
  readonly offline: string;
  readonly show: string;
  readonly loading: string;
  readonly none: string;
  readonly noneHint: string;
  readonly add: string;
  readonly nothingFound: string;
  readonly columns: Readonly<Record<'state' | 'name' | 'model' | 'address' | 'channels' | 'seen', string>>;
  readonly never: string;
  readonly unknownDevice: (id: string) => string;
  readonly unreachable: string;
  readonly again: string;
  readonly back: string;
  readonly tabs: Readonly<Record<'overview' | 'channels' | 'streams' | 'control' | 'config' | 'settings', string>>;
  readonly refresh: string;
  readonly refreshing: string;
  readonly received: (received: number, expected: number | null) => string;
  readonly refreshed: (channels: number) => string;
  readonly refreshedPartly: (channels: number) => string;
  readonly mayOnlyLook: string;
  readonly identity: string;
  readonly id: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
  readonly edition: string;
  readonly editionUnknown: string;
  readonly health: string;
  readonly registered: string;
  readonly expires: string;
  readonly inSeconds: (seconds: number) => string;
  readonly overdue: string;
  readonly keepalive: string;
  readonly every: (seconds: number) => string;
  readonly missed: string;
  readonly missedOf: (missed: number, allowed: number) => string;
  readonly signalling: string;
  readonly addresses: string;
  readonly seenAt: string;
  readonly told: string;
  readonly says: string;
  readonly saysSame: string;
  readonly clock: string;
  readonly clockOff: (seconds: number) => string;
  readonly unknown: string;
  readonly history: string;
  readonly ranges: Readonly<Record<'day' | 'week', string>>;
  readonly onlineShare: (percent: string) => string;
  readonly notKnown: string;
  readonly noHistory: string;
  readonly reasons: Readonly<Record<string, string>>;
  readonly wentOn: string;
  readonly wentOff: string;
  readonly more: (count: number) => string;
  readonly findings: string;
  readonly findingsHint: string;
  readonly mediaFindings: string;
  readonly toStream: string;
  readonly findChannel: string;
  readonly noChannels: string;
  readonly noChannelsHint: string;
  readonly noChannelFound: string;
  readonly channelColumns: Readonly<Record<'state' | 'name' | 'model' | 'address' | 'watch', string>>;
  readonly watch: string;
  readonly fields: (name: string) => string;
  readonly channelState: Readonly<Record<'on' | 'off', string>>;
  readonly noStreams: string;
  readonly noStreamsHint: string;
  readonly streamState: Readonly<Record<'inviting' | 'waiting' | 'playing' | 'paused' | 'stalled' | 'ended', string>>;
  readonly streamNumber: (number: number) => string;
  readonly viewers: (count: number) => string;
  readonly lost: (packets: number) => string;
  readonly steps: string;
  readonly ended: string;
  readonly account: string;
  readonly password: string;
  readonly passwordHint: string;
  readonly save: string;
  readonly saved: string;
  readonly profile: string;
  readonly profileHint: string;
  readonly groups: Readonly<Record<'media' | 'signalling' | 'footage', string>>;
  readonly field: Readonly<Record<ProfileField, string>>;
  readonly hint: Readonly<Record<ProfileField, string>>;
  /** Words for values; a value without one is shown as it is. */
  readonly value: Readonly<Record<string, string>>;
  readonly yes: string;
  readonly no: string;
  readonly automatic: (value: string) => string;
  readonly source: Readonly<Record<'byHand' | 'learned' | 'standard', string>>;
  readonly nothing: string;
  readonly asDeclared: string;
  readonly seconds: string;
  readonly forgetLearned: string;
  readonly forgetAll: string;
  readonly forgetReally: string;
  readonly removal: string;
  readonly removalHint: string;
  readonly block: string;
  readonly remove: string;
  readonly removeReally: string;
  readonly keep: string;
}
