import { deviceZone, registrationDate } from './camera/beijing.ts';
import type { Device } from './camera/directory.ts';
import { learn } from './camera/profile.ts';
import { formsFor } from './editions.ts';
import { parseDeviceTime } from './manscdp/device-time.ts';
import type { Peer } from './peer.ts';
import { userOf } from './wire/address.ts';
import type { SipMessage } from './wire/message.ts';
import { isNoted, type NoteForm, readNote, withNote } from './wire/note.ts';
import { readUserIdentity, writeUserIdentity } from './wire/user-identity.ts';

/** The signalling digest (GB/T 28181 8.3, 8.4): puts `Note` and `Date` on what we say, and looks at what devices say. */

/** `log`: what has no good Note is written down and taken; `enforce`: it is refused. */
export type NoteMode = 'off' | 'log' | 'enforce';

/** A `Date` may be so far from our clock: what practice allows. */
export const NOTE_WINDOW_MS = 600_000;
/** The same complaint about the same device is written down this often. */
const COMPLAIN_MS = 600_000;
/** Complaints remembered; whoever invents ids only makes others be repeated. */
const MAX_COMPLAINTS = 1_000;
/** Lines in one minute, of all devices: whoever invents ids must not fill the log. */
const MAX_LINES = 100;
const LINES_MS = 60_000;
/** Ids from there are compared and written down so far; real ones have 20 digits. */
const ID_LENGTH = 64;
/** Who made a good Note from where it is not registered: gateways behind ours, devices that move. Of no more of them that is kept. */
const MAX_PROVEN = 1_000;

export interface NotesOptions {
  readonly mode: 'log' | 'enforce';
  readonly platformId: string;
  /** Who our users are, for `Monitor-User-Identity`; null: that header is not sent. */
  readonly userIdentity: string | null;
  device(id: string): Device | undefined;
  /** Whose channel this is, at that address. */
  ownerOf(channelId: string, at: Peer): string | null;
  /** The password of that device, or the common one; null: none. */
  passwordOf(deviceId: string): string | null;
  save(device: Device): void;
  epochMs(): number;
  complain(data: Record<string, unknown>, message: string): void;
}

type Wrong = 'missing' | 'unreadable' | 'false' | 'out of time' | 'no password' | 'identity';

const PHRASES: Readonly<Record<Wrong, string>> = {
  missing: 'Note Missing',
  unreadable: 'Note Unreadable',
  false: 'Note Wrong',
  'out of time': 'Date Out Of Window',
  'no password': 'No Password Set',
  identity: 'Bad Monitor-User-Identity',
};

const FORM = /^(MD5|SHA-1|SHA-256|SM3) (base64|hex) (values|uris)$/;

export class Notes {
  readonly #o: NotesOptions;
  readonly #complained = new Map<string, number>();
  readonly #proven = new Set<string>();
  #lines = { sinceMs: Number.NEGATIVE_INFINITY, count: 0 };
  readonly counters = { good: 0, missing: 0, bad: 0, refused: 0 };

  constructor(options: NotesOptions) {
    this.#o = options;
  }

  /** What leaves, with its Note, in the form in which the device makes its own. */
  seal(message: SipMessage, to: Peer): SipMessage {
    if (!isNoted(message)) return message;
    const { userIdentity, platformId } = this.#o;
    const id = this.#otherEnd(message, message.kind === 'request' ? 'To' : 'From', to);
    const seed = message.kind === 'request' || this.#mayHear(id, to) ? this.#o.passwordOf(id) : null;
    const told = { ...message, headers: message.headers.clone() };
    if (userIdentity !== null && message.kind === 'request')
      told.headers.set('Monitor-User-Identity', writeUserIdentity({ gateways: [platformId], user: userIdentity }));
    if (seed === null) return told;
    const device = this.#o.device(id);
    const wish = device?.profile.date;
    const date = registrationDate(this.#o.epochMs(), wish === 'off' ? undefined : wish) ?? '';
    return withNote(told, { date: date.slice(0, 'yyyy-MM-ddTHH:mm:ss'.length), seed, form: formFor(device) });
  }

  /** Why a message is refused: the reason phrase; null: it is taken. */
  refusal(message: SipMessage, from: Peer): string | null {
    if (!isNoted(message)) return null;
    // each hop says it for itself, before anybody has looked at the request
    if (message.kind === 'response' && message.status === 100) return null;
    const id = this.#otherEnd(message, message.kind === 'request' ? 'From' : 'To', from);
    const wrong = this.#wrongWith(message, id);
    if (wrong === null) {
      this.counters.good += 1;
      if (message.kind === 'request' && !this.#isAtHome(id, from)) this.#prove(id, from);
      return null;
    }
    this.counters[wrong === 'missing' ? 'missing' : 'bad'] += 1;
    this.#complain(id, message, from, wrong);
    if (this.#o.mode === 'log') return null;
    this.counters.refused += 1;
    return PHRASES[wrong];
  }

  #wrongWith(message: SipMessage, id: string): Wrong | null {
    const seed = this.#o.passwordOf(id);
    if (seed === null) return 'no password';
    const note = readNote(message, seed);
    if ('wrong' in note) return note.wrong;
    const device = this.#o.device(id);
    if (!this.#isNow(message.headers.get('Date') ?? '', device)) return 'out of time';
    if (device !== undefined && learn(device, 'noteForm', `${note.hash} ${note.encoding} ${note.parts}`))
      this.#o.save(device);
    const identity = message.headers.get('Monitor-User-Identity');
    return identity !== undefined && readUserIdentity(identity) === null ? 'identity' : null;
  }

  /**
   * A Note is made of nothing but what everybody sees and the password: whoever gets one can try passwords against it, as fast as he
   * likes. So an answer has one only for a device where it registered, and for who has shown that it knows the password.
   */
  #mayHear(id: string, { host }: Peer): boolean {
    return this.#isAtHome(id, { host }) || this.#proven.has(`${id} ${host}`);
  }

  #isAtHome(id: string, { host }: Pick<Peer, 'host'>): boolean {
    const device = this.#o.device(id);
    return device !== undefined && device.registeredEpochMs !== null && device.address?.host === host;
  }

  #prove(id: string, { host }: Peer): void {
    this.#proven.delete(`${id} ${host}`);
    this.#proven.add(`${id} ${host}`);
    if (this.#proven.size > MAX_PROVEN) this.#proven.delete(this.#proven.keys().next().value!);
  }

  /** As in answers to REGISTER: Beijing time without a zone, or what else devices write (3.5), the date of plain SIP too. */
  #isNow(date: string, device: Device | undefined): boolean {
    const read = parseDeviceTime(date, deviceZone(device?.profile.date, 'Asia/Shanghai'))?.epochMs;
    const moments = read ?? (/GMT$/.test(date) ? [Date.parse(date)] : []);
    const nowMs = this.#o.epochMs();
    return moments.some((epochMs) => Math.abs(epochMs - nowMs) <= NOTE_WINDOW_MS);
  }

  /** The device at the other end: the user of that header, or whose channel that is. */
  #otherEnd(message: SipMessage, header: 'From' | 'To', peer: Peer): string {
    const user = userOf(message.headers.get(header)) ?? '';
    return this.#o.device(user) === undefined ? (this.#o.ownerOf(user, peer) ?? user) : user;
  }

  #complain(id: string, message: SipMessage, from: Peer, wrong: Wrong): void {
    const deviceId = id.slice(0, ID_LENGTH);
    const key = `${deviceId} ${from.host} ${wrong}`;
    const atMs = this.#o.epochMs();
    if (atMs - (this.#complained.get(key) ?? Number.NEGATIVE_INFINITY) < COMPLAIN_MS) return;
    this.#complained.delete(key);
    this.#complained.set(key, atMs);
    if (this.#complained.size > MAX_COMPLAINTS) this.#complained.delete(this.#complained.keys().next().value!);
    if (Math.abs(atMs - this.#lines.sinceMs) >= LINES_MS) this.#lines = { sinceMs: atMs, count: 0 };
    this.#lines.count += 1;
    if (this.#lines.count > MAX_LINES) return;
    const what =
      message.kind === 'request'
        ? message.method
        : `${message.status} to ${message.headers.get('CSeq')?.slice(0, ID_LENGTH)}`;
    const data = { deviceId, from: from.host, what, wrong, taken: this.#o.mode === 'log' };
    this.#o.complain(data, 'a message without a good signalling digest (Note)');
  }
}

/** As the device does it, else as its edition has it. */
function formFor(device: Device | undefined): NoteForm {
  const [, hash, encoding, parts] = FORM.exec(device?.profile.noteForm ?? '') ?? [];
  if (hash === undefined) return { hash: formsFor(device).noteHash, encoding: 'base64', parts: 'values' };
  return { hash, encoding, parts } as NoteForm;
}
