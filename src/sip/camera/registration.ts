import { editionNamed, OWN_VERSION } from '../editions.ts';
import { bracketed } from '../exchange.ts';
import type { Peer } from '../peer.ts';
import type { SipRequest } from '../wire/message.ts';
import type { RegisterAttempt } from './attempt.ts';
import { registrationDate } from './beijing.ts';
import type { Fleet } from './fleet.ts';
import { learn } from './profile.ts';
import type { RedirectDesk } from './redirect-desk.ts';
import { REDIRECT_EXPIRES_SECONDS, type RedirectTarget } from './redirects.ts';
import type { RegisterDecision, Registrar, Registration, RejectReason } from './registrar.ts';
import { toleratedWords } from './tolerated.ts';

/** The REGISTER desk: the registrar decides, this carries it out: answers, conflict of ids, events. */

/** Time the old address has to answer when another one claims its id (REG-10). */
export const CONFLICT_MS = 2_000;
/** REGISTERs that wait for such an answer. */
const MAX_CONFLICTS = 1_000;
/** One `device.rejected` event per device, source and reason in this time: a camera that tries every second is one story. */
const REJECT_EVENT_MS = 60_000;
const MAX_REJECT_ROWS = 10_000;
/** Such events of all devices in that time: whoever invents ids must not wash the other events out of the ring that is kept of them. */
export const MAX_REJECT_EVENTS = 200;

export type RegistrationEvent =
  | {
      type: 'device.rejected';
      /** `tries`: refusals for this reason, from this host, so far. */
      data: { deviceId: string; address: string; reason: RejectReason; detail: string; tries: number };
    }
  | { type: 'device.conflict'; data: { deviceId: string; address: string; otherAddress: string } };

/** An answer to be: status, reason phrase and the headers beside the copied ones. */
export interface Answer {
  status: number;
  phrase: string;
  headers: [name: string, value: string][];
}
export type Answering = (answer: Answer) => void;

export interface RegistrationPorts {
  emit(event: RegistrationEvent): void;
  /** Every REGISTER that was looked at, without any limit: whoever listens keeps it cheap. */
  attempt(attempt: RegisterAttempt): void;
  /** Asks an address whether somebody is there; `there` is called at most once, with the first answer. */
  ping(peer: Peer, deviceId: string, there: () => void): void;
  /** A registration was carried out: the time to ask the device what it is. `changed`: it was not online, or came from elsewhere. */
  registered(deviceId: string, changed: boolean, isAnew: boolean): void;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
  /** Null: every device is served here. */
  readonly redirects: RedirectDesk | null;
  nowMs(): number;
}

interface Conflict {
  registration: Registration;
  request: SipRequest;
  from: Peer;
  old: Peer;
  answer: Answering;
  deadlineMs: number;
}

export class RegistrationDesk {
  readonly #registrar: Registrar;
  readonly #fleet: Fleet;
  readonly #ports: RegistrationPorts;
  readonly #conflicts: Conflict[] = [];
  readonly #told = new Map<string, { toldMs: number; tries: number }>();
  /** Call-ID of the last registration of each device; bounded by their number. */
  readonly #callIds = new Map<string, string>();
  #telling = { sinceMs: Number.NEGATIVE_INFINITY, events: 0 };
  /** Refusals that no event told of. */
  untold = 0;

  constructor(registrar: Registrar, fleet: Fleet, ports: RegistrationPorts) {
    this.#registrar = registrar;
    this.#fleet = fleet;
    this.#ports = ports;
  }

  /** Takes a REGISTER and answers it, now or when a conflict of ids is settled. */
  receive(request: SipRequest, from: Peer, answer: Answering, nowMs: number, epochMs: number): void {
    const decision = this.#registrar.decide(request, from, nowMs);
    if (decision.type !== 'accept') {
      answer(this.refusal(decision, from, nowMs));
      return;
    }
    const { registration } = decision;
    const { deviceId, expiresSeconds } = registration;
    const known = this.#fleet.directory.device(deviceId);
    const { redirects } = this.#ports;
    // whoever is served here stays, nobody is sent away to say goodbye, and nobody from TLS to a port without it
    const isStaying = expiresSeconds === 0 || known?.online === true || known?.profile.redirect === 'here';
    if (redirects === null || isStaying || from.transport === 'tls') {
      this.#serve(registration, request, from, answer, nowMs, epochMs);
      return;
    }
    redirects.receive(
      deviceId,
      from.host,
      (placed) => {
        if (placed.type === 'to') this.#redirect(deviceId, from, placed.target, answer);
        else {
          this.#serve(registration, request, from, answer, this.#ports.nowMs(), epochMs);
          if (placed.ignored) this.#ignored(deviceId);
        }
      },
      nowMs,
    );
  }

  /** The 302 of a device that belongs elsewhere (GB/T 28181-2022 9.1.2.3). */
  #redirect(deviceId: string, from: Peer, { id, host, port }: RedirectTarget, answer: Answering): void {
    const contact = `<sip:${id}@${bracketed(host)}:${port}>`;
    this.#attempt(deviceId, from, 'redirected', `to ${contact}`, null, null);
    answer({
      status: 302,
      phrase: 'Moved Temporarily',
      headers: [
        ['Contact', contact],
        ['Expires', String(REDIRECT_EXPIRES_SECONDS)],
        ['X-GB-Ver', OWN_VERSION],
      ],
    });
  }

  /** It does not follow a 302 (REG-18): it is not sent away again, unless its edition knows 302, and its target may just refuse it. */
  #ignored(deviceId: string): void {
    const device = this.#fleet.directory.device(deviceId);
    if (device === undefined) return;
    const mayFollow = editionNamed(device) === '2022';
    if (!mayFollow && learn(device, 'redirect', 'here')) this.#fleet.directory.save(device);
    const why = mayFollow
      ? 'that one refuses it, or 302 means nothing to it, though it names 2022: it is served here until it leaves'
      : '302 means nothing to it, so it is served here';
    this.#ports.found(deviceId, 'REG-18', `it came back again and again from a gateway that is there: ${why}`);
  }

  /** Registers it here, now or when a conflict of ids is settled. */
  #serve(
    registration: Registration,
    request: SipRequest,
    from: Peer,
    answer: Answering,
    nowMs: number,
    epochMs: number,
  ) {
    const { deviceId } = registration;
    this.#attempt(deviceId, from, 'accepted', '', null, request.uri.host);
    const device = this.#fleet.directory.device(deviceId);
    const old = this.#fleet.peerOf(deviceId);
    if (device?.online && old !== null && old.host !== from.host) {
      if (registration.expiresSeconds === 0) {
        // whoever proves the password from elsewhere may not sign off the one that is here
        answer(accepted(registration, device.profile.date, epochMs));
        return;
      }
      if (this.#conflicts.length < MAX_CONFLICTS) {
        this.#askOld({ registration, request, from, old, answer, deadlineMs: nowMs + CONFLICT_MS });
        return;
      }
    }
    this.#carryOut(registration, request, from, answer, nowMs, epochMs);
  }

  /** The answer to a REGISTER that is not accepted. */
  refusal(decision: Exclude<RegisterDecision, { type: 'accept' }>, from: Peer, nowMs: number): Answer {
    if (decision.type === 'challenge') {
      if (decision.unanswered > 0) {
        const detail = `${decision.unanswered} challenges (401) to ${addressText(from)} had no answer: it has no password set, or something between drops our answers (some ports are known for it, 6081 and 6784: change the SIP port of the camera)`;
        this.#reject(decision.deviceId, from, 'challenge-unanswered', detail, nowMs);
      } else this.#attempt(decision.deviceId, from, 'challenged', '', null, null);
      return {
        status: 401,
        phrase: 'Unauthorized',
        headers: [
          ...decision.challenges.map((challenge): [string, string] => ['WWW-Authenticate', challenge]),
          ['X-GB-Ver', OWN_VERSION],
        ],
      };
    }
    const { deviceId, why, detail, retryAfterSeconds } = decision;
    if (why === null) this.#attempt(deviceId, from, 'bad-device-id', detail, null, null);
    else this.#reject(deviceId, from, why, detail, nowMs, retryAfterSeconds);
    const headers: Answer['headers'] = [['X-GB-Ver', OWN_VERSION]];
    if (decision.retryAfterSeconds !== null) headers.push(['Retry-After', String(decision.retryAfterSeconds)]);
    return { status: decision.status, phrase: decision.phrase, headers };
  }

  /** Settles conflicts whose old address stayed silent: the new registration supersedes (roaming 4G cameras). */
  poll(nowMs: number, epochMs: number): void {
    for (const conflict of this.#conflicts.filter((c) => nowMs >= c.deadlineMs)) {
      this.#conflicts.splice(this.#conflicts.indexOf(conflict), 1);
      this.#carryOut(conflict.registration, conflict.request, conflict.from, conflict.answer, nowMs, epochMs);
    }
  }

  get waiting(): number {
    return this.#conflicts.length;
  }

  #askOld(conflict: Conflict): void {
    this.#conflicts.push(conflict);
    this.#ports.ping(conflict.old, conflict.registration.deviceId, () => {
      const at = this.#conflicts.indexOf(conflict);
      if (at < 0) return;
      this.#conflicts.splice(at, 1);
      const { deviceId } = conflict.registration;
      const data = { deviceId, address: addressText(conflict.old), otherAddress: addressText(conflict.from) };
      this.#ports.emit({ type: 'device.conflict', data });
      const detail = `${data.otherAddress} registers with its id while it is at ${data.address}: refused`;
      this.#ports.found(deviceId, 'REG-10', detail);
      conflict.answer({ status: 403, phrase: 'Id In Use', headers: [['X-GB-Ver', OWN_VERSION]] });
    });
  }

  #carryOut(r: Registration, request: SipRequest, from: Peer, answer: Answering, nowMs: number, epochMs: number): void {
    if (this.#fleet.directory.isBlocked(r.deviceId)) {
      // while it waited for the answer of the old address
      answer({ status: 403, phrase: 'Device Blocked', headers: [['X-GB-Ver', OWN_VERSION]] });
      return;
    }
    const before = this.#fleet.directory.device(r.deviceId);
    const profileDate = before?.profile.date;
    if (r.expiresSeconds === 0) {
      answer(accepted(r, profileDate, epochMs));
      if (before !== undefined) this.#fleet.unregister(r.deviceId, epochMs);
      this.#note(r, request);
      return;
    }
    if (!this.#fleet.directory.hasRoomFor(r.deviceId)) {
      this.#reject(r.deviceId, from, 'too-many-devices', 'there is no room for another device', nowMs);
      answer({ status: 503, phrase: 'Too Many Devices', headers: [['X-GB-Ver', OWN_VERSION]] });
      return;
    }
    const wasOnline = before?.online === true;
    const changed = before === undefined || !before.online || before.address?.host !== from.host;
    // the answer first: what the registration sets off (BYEs owed, queries, calls) comes after it on the wire
    answer(accepted(r, profileDate, epochMs));
    this.#fleet.register(r, from, nowMs, epochMs);
    const device = this.#fleet.directory.device(r.deviceId);
    if (r.isQopUnread === true && device !== undefined && learn(device, 'digest', 'plain'))
      this.#fleet.directory.save(device);
    this.#note(r, request);
    const callIdBefore = this.#callIds.get(r.deviceId);
    this.#callIds.set(r.deviceId, r.callId);
    const isAnew = callIdBefore !== undefined && callIdBefore !== r.callId;
    if (wasOnline && isAnew)
      this.#ports.found(r.deviceId, 'REG-9', 'it registered anew (another Call-ID) while it was registered: a reboot?');
    this.#ports.registered(r.deviceId, changed, isAnew);
  }

  /** What was tolerated in a REGISTER that was carried out: only then it is the device that said it. */
  #note(r: Registration, request: SipRequest): void {
    for (const [code, detail] of r.findings) this.#ports.found(r.deviceId, code, detail);
    for (const code of request.tolerated ?? []) this.#ports.found(r.deviceId, code, toleratedWords(code, request));
  }

  /** The device was deleted. */
  forget(deviceId: string): void {
    this.#callIds.delete(deviceId);
  }

  #attempt(
    deviceId: string,
    from: Peer,
    outcome: RegisterAttempt['outcome'],
    detail: string,
    retryAfterSeconds: number | null,
    domain: string | null,
  ): void {
    const { transport, host } = from;
    const address = addressText(from);
    this.#ports.attempt({ deviceId, transport, host, address, outcome, detail, retryAfterSeconds, domain });
  }

  #reject(
    deviceId: string,
    from: Peer,
    reason: RejectReason,
    detail: string,
    nowMs: number,
    retryAfterSeconds: number | null = null,
  ): void {
    this.#attempt(deviceId, from, reason, detail, retryAfterSeconds, null);
    const key = `${deviceId} ${from.host} ${reason}`;
    const row = this.#told.get(key);
    const tries = (row?.tries ?? 0) + 1;
    if (row !== undefined && nowMs - row.toldMs < REJECT_EVENT_MS) {
      row.tries = tries;
      return;
    }
    if (nowMs - this.#telling.sinceMs >= REJECT_EVENT_MS) this.#telling = { sinceMs: nowMs, events: 0 };
    if (this.#telling.events >= MAX_REJECT_EVENTS) {
      this.untold += 1;
      return;
    }
    this.#telling.events += 1;
    this.#told.delete(key);
    this.#told.set(key, { toldMs: nowMs, tries });
    if (this.#told.size > MAX_REJECT_ROWS) this.#told.delete(this.#told.keys().next().value!);
    this.#ports.emit({
      type: 'device.rejected',
      data: { deviceId, address: addressText(from), reason, detail, tries },
    });
  }
}

/** The 200: Contact with what was granted (RFC 3261 10.3), Expires, Beijing time (9.10), our edition. */
function accepted(r: Registration, profileDate: string | undefined, epochMs: number): Answer {
  const headers: Answer['headers'] = [];
  if (r.contact !== null) headers.push(['Contact', `${r.contact};expires=${r.expiresSeconds}`]);
  headers.push(['Expires', String(r.expiresSeconds)]);
  const date = registrationDate(epochMs, profileDate);
  if (date !== null) headers.push(['Date', date]);
  headers.push(['X-GB-Ver', OWN_VERSION]);
  return { status: 200, phrase: 'OK', headers };
}

function addressText(peer: { host: string; port: number }): string {
  return peer.host.includes(':') ? `[${peer.host}]:${peer.port}` : `${peer.host}:${peer.port}`;
}
