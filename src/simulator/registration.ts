import { answerChallenge, type DigestChallenge, parseChallenge } from '../sip/digest.ts';
import { parseNameAddr } from '../sip/wire/address.ts';
import { writeCapability } from '../sip/wire/asymmetric.ts';
import type { SipResponse } from '../sip/wire/message.ts';
import { sipUri } from '../sip/wire/uri.ts';
import type { SipAgent } from './agent.ts';
import type { Allegiance } from './allegiance.ts';
import type { Behaviour } from './behaviour.ts';
import { type CameraCertificate, certifiedAnswer } from './certificate.ts';
import { keepalive, MANSCDP_TYPE } from './manscdp.ts';
import type { Random } from './random.ts';
import type { Clockwork, Moment } from './wheel.ts';

export interface RegistrationOptions {
  readonly agent: SipAgent;
  readonly wheel: Clockwork;
  readonly random: Random;
  readonly behaviour: Behaviour;
  readonly id: string;
  readonly password: string;
  readonly allegiance: Allegiance;
  readonly keepaliveSeconds: number;
  readonly expiresSeconds: number;
  /** Logs in with certificates instead of the password. */
  readonly certificate?: CameraCertificate | null | undefined;
  /** `X-GB-Ver` of its REGISTERs; null: none. The newest unless told. */
  readonly version?: string | null | undefined;
  /** A new socket, for a device that speaks from a new one before each keepalive. */
  readonly freshSocket: () => Promise<void>;
  /** It belongs to another platform now: {@link Registration.start} is called when there is a way to it. */
  readonly moved: () => void;
  /** Between a failed attempt and the next; up to half of it is added at random so that a fleet does not stampede. */
  readonly retrySeconds: number;
  readonly onChange: (registered: boolean, detail: string) => void;
}

export interface RegistrationCounts {
  registers: number;
  keepalives: number;
  missedKeepalives: number;
}

/** GB/T 28181-2022 9.6: three in a row and the platform is taken to be gone. */
const MAX_MISSED = 3;
/** Refresh at five sixths of the time granted. */
const REFRESH_AT = 5 / 6;
/** A platform that is slower than this to say goodbye is not waited for. */
const LEAVE_WAIT_MS = 2000;
/** From platform to platform without a pause: more is a circle. */
const MAX_HOPS = 4;
const TIMER_F_MS = 32_000;
/** The edition of 2022 (annex I). */
const OWN_VERSION = '3.0';

/** Registers with digest, refreshes in time, keeps itself alive, and starts anew when the platform forgot it (9.1, 9.6). */
export class Registration {
  readonly counts: RegistrationCounts = { registers: 0, keepalives: 0, missedKeepalives: 0 };
  readonly #o: RegistrationOptions;
  #callId: string;
  readonly #tag: string;
  #cseq = 0;
  #sn = 0;
  #challenge: DigestChallenge | null = null;
  #nonceUses = 0;
  #registered = false;
  #stopped = false;
  #missedInARow = 0;
  #hops = 0;
  #next: Moment | null = null;
  #beat: Moment | null = null;
  /** Cuts off what an earlier attempt still has to say. */
  #attempt = 0;

  constructor(o: RegistrationOptions) {
    this.#o = o;
    this.#callId = `${o.agent.token(16)}@${o.id}`;
    this.#tag = o.agent.token();
  }

  get registered(): boolean {
    return this.#registered;
  }

  /** Registers, now and again until {@link stop}. */
  async start(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#cancel();
    const { allegiance, behaviour, wheel } = this.#o;
    if (allegiance.isOver(wheel.nowMs())) {
      this.#goHome();
      return;
    }
    if (behaviour.freshCallId) this.#callId = `${this.#o.agent.token(16)}@${this.#o.id}`;
    const response = await this.#register(this.#o.expiresSeconds, TIMER_F_MS);
    if (attempt !== this.#attempt || this.#stopped) return;
    if (response !== null && response.status >= 200 && response.status < 300) {
      const grantedSeconds = grantedBy(response, this.#o.expiresSeconds);
      this.#change(true, `registered for ${grantedSeconds} s`);
      this.#missedInARow = 0;
      this.#hops = 0;
      this.#next = this.#o.wheel.after(Math.max(1, grantedSeconds * REFRESH_AT) * 1000, () => void this.start());
      this.#keepAlive(attempt);
      return;
    }
    this.#challenge = null;
    const follows = response?.status === 302 && behaviour.followsRedirects && this.#hops < MAX_HOPS;
    if (follows && allegiance.follow(response, wheel.nowMs())) {
      this.#hops++;
      const { host, port } = allegiance.current.address;
      this.#change(false, `sent to ${allegiance.current.serverId} at ${host}:${port}`);
      this.#o.moved();
      return;
    }
    this.#change(
      false,
      response === null ? 'no answer to REGISTER' : `REGISTER refused: ${response.status} ${response.reason}`,
    );
    if (!allegiance.isHome && this.#hops < MAX_HOPS) {
      this.#goHome();
      return;
    }
    allegiance.goHome();
    this.#hops = 0;
    const retryMs = this.#o.retrySeconds * 1000 * (1 + this.#o.random() / 2);
    this.#next = wheel.after(retryMs, () => void this.start());
  }

  /** The platform it was sent to is gone, or had it long enough: it begins again where it was told to begin. */
  #goHome(): void {
    this.#challenge = null;
    this.#hops++;
    this.#o.allegiance.goHome();
    this.#o.moved();
  }

  /** The connection is gone: nothing will be answered any more. */
  lost(): void {
    this.#attempt++;
    this.#cancel();
    this.#change(false, 'the connection to the platform is gone');
  }

  /** It has restarted: what it said before, it does not know. */
  restarted(): void {
    this.#callId = `${this.#o.agent.token(16)}@${this.#o.id}`;
    this.lost();
  }

  /** Unregisters (Expires 0, challenged like a registration) when registered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#attempt++;
    this.#cancel();
    if (!this.#registered) return;
    this.#registered = false;
    await this.#register(0, LEAVE_WAIT_MS);
  }

  #cancel(): void {
    this.#next?.cancel();
    this.#beat?.cancel();
  }

  #change(registered: boolean, detail: string): void {
    const changed = this.#registered !== registered;
    this.#registered = registered;
    if (changed || !registered) this.#o.onChange(registered, detail);
  }

  /** REGISTER, with an answer to at most one challenge. */
  async #register(expiresSeconds: number, timeoutMs: number): Promise<SipResponse | null> {
    const { certificate = null } = this.#o;
    const first = await this.#send(expiresSeconds, timeoutMs, certificate === null ? null : writeCapability());
    if (first === null || first.status !== 401) return first;
    if (certificate !== null) {
      const answer = certifiedAnswer(first, certificate);
      return answer === null ? first : this.#send(expiresSeconds, timeoutMs, answer);
    }
    const challenge = first.headers
      .all('WWW-Authenticate')
      .map(parseChallenge)
      .find((read) => read !== null);
    if (challenge === undefined || (challenge.qopAuth && !this.#o.behaviour.readsQop)) return first;
    this.#challenge = challenge;
    this.#nonceUses = this.#o.behaviour.firstNonceUse - 1;
    return this.#send(expiresSeconds, timeoutMs);
  }

  #send(expiresSeconds: number, timeoutMs: number, certified: string | null = null): Promise<SipResponse | null> {
    const { agent, allegiance, behaviour, id, version = OWN_VERSION } = this.#o;
    const { domain } = allegiance.current;
    const headers: [string, string][] = [];
    if (behaviour.expiresInContact) headers.push(['Contact', `${agent.contact()};expires=${expiresSeconds}`]);
    else headers.push(['Contact', agent.contact()], ['Expires', String(expiresSeconds)]);
    if (version !== null) headers.push(['X-GB-Ver', version]);
    const isPlain = expiresSeconds === 0 && behaviour.plainUnregister;
    const authorization = certified ?? (isPlain ? null : this.#authorization());
    if (authorization !== null) headers.push(['Authorization', authorization]);
    this.counts.registers++;
    return agent.ask({
      method: 'REGISTER',
      uri: sipUri(this.#serverId, behaviour.requestHost ?? domain),
      copies: behaviour.registerCopies,
      from: `<sip:${id}@${domain}>;tag=${this.#tag}`,
      to: `<sip:${id}@${domain}>`,
      callId: this.#callId,
      cseq: ++this.#cseq,
      headers,
      timeoutMs,
    });
  }

  #authorization(): string | null {
    if (this.#challenge === null) return null;
    const { agent, allegiance, behaviour, id, password } = this.#o;
    const { address, domain } = allegiance.current;
    const serverHost = `${address.host}:${address.port}`;
    const host = behaviour.digestOverAddress ? serverHost : (behaviour.requestHost ?? domain);
    const challenge = behaviour.digestQop ? this.#challenge : { ...this.#challenge, qopAuth: false };
    return answerChallenge(challenge, {
      username: behaviour.digestUser ?? id,
      password: behaviour.password ?? password,
      method: 'REGISTER',
      uri: `sip:${this.#serverId}@${host}`,
      cnonce: agent.token(8),
      nc: ++this.#nonceUses,
    });
  }

  get #serverId(): string {
    return this.#o.behaviour.serverId ?? this.#o.allegiance.current.serverId;
  }

  /** `sinceMs`: how long ago the one before was sent; its answer may have been waited for. */
  #keepAlive(attempt: number, sinceMs = 0): void {
    const { agent, allegiance, behaviour, id, keepaliveSeconds, wheel } = this.#o;
    const { domain, serverId } = allegiance.current;
    if (!behaviour.keepalives) return;
    const gapMs = keepaliveSeconds * 1000;
    this.#beat = wheel.after(Math.max(0, gapMs - sinceMs), async () => {
      const sentMs = wheel.nowMs();
      if (behaviour.freshSocket) await this.#o.freshSocket();
      this.counts.keepalives++;
      const response = await agent.ask({
        method: 'MESSAGE',
        uri: sipUri(serverId, behaviour.requestHost ?? domain),
        from: `<sip:${id}@${domain}>;tag=${agent.token()}`,
        to: `<sip:${serverId}@${domain}>`,
        callId: agent.token(16),
        cseq: 1,
        contentType: MANSCDP_TYPE,
        body: keepalive(++this.#sn, id, behaviour),
        timeoutMs: Math.min(TIMER_F_MS, gapMs),
      });
      if (attempt !== this.#attempt || this.#stopped) return;
      if (response !== null && response.status < 300) {
        this.#missedInARow = 0;
        this.#keepAlive(attempt, wheel.nowMs() - sentMs);
        return;
      }
      this.counts.missedKeepalives++;
      this.#missedInARow++;
      // a refusal means that the platform forgot us; silence may be a lost datagram
      if (response !== null || this.#missedInARow >= MAX_MISSED) {
        this.#change(
          false,
          response === null ? 'three keepalives unanswered' : `keepalive refused: ${response.status}`,
        );
        if (allegiance.isHome) void this.start();
        else this.#goHome();
        return;
      }
      this.#keepAlive(attempt, wheel.nowMs() - sentMs);
    });
  }
}

function grantedBy(response: SipResponse, asked: number): number {
  const contact = parseNameAddr(response.headers.get('Contact') ?? '')?.params.get('expires');
  const granted = Number(response.headers.get('Expires') ?? contact ?? asked);
  return Number.isFinite(granted) && granted > 0 ? granted : asked;
}
