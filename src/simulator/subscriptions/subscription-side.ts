import { callIdOf, type SipRequest } from '../../sip/wire/message.ts';
import { type SipAgent, targetOf } from '../agent.ts';
import { encode, MANSCDP_TYPE, readQuery, type Style } from '../manscdp.ts';
import { placeAt } from '../place.ts';
import type { Address } from '../sip-link.ts';
import type { Clockwork, Moment } from '../wheel.ts';
import type { SubscriptionBehaviour } from './behaviour.ts';

/** What a simulated device tells those who have subscribed (GB/T 28181-2022 9.11, annex N). Written as text: the project's own rooms are on the other side. */

/** Words of a change of the catalogue. */
export type CatalogChange = 'ON' | 'OFF' | 'VLOST' | 'DEFECT' | 'ADD' | 'DEL' | 'UPDATE';

export interface SubscriptionSidePorts {
  readonly deviceId: string;
  readonly agent: SipAgent;
  readonly wheel: Clockwork;
  readonly style: Style & SubscriptionBehaviour;
  /** Where a channel looks. */
  lookOf(id: string): { readonly pan: number; readonly tilt: number; readonly zoom: number };
}

interface Dialogue {
  readonly cmdType: string;
  readonly event: string;
  readonly callId: string;
  readonly tag: string;
  /** From and To of the SUBSCRIBE, without our tag. */
  readonly platform: string;
  readonly own: string;
  readonly contact: string | undefined;
  readonly from: Address;
  endsMs: number;
  /** Between two positions. */
  everyMs: number;
  cseq: number;
  timer: Moment | null;
}

/** A SUBSCRIBE as it came. */
export interface SeenSubscribe {
  readonly cmdType: string;
  readonly event: string;
  readonly expires: number;
  readonly callId: string;
  readonly inDialogue: boolean;
  readonly status: number;
}

/** Subscriptions of one device: four kinds, and where each of its cameras looks, by a platform or two. */
const MAX_DIALOGUES = 64;
const MAX_SEEN = 1_000;
const DEFAULT_SECONDS = 600;
const DEFAULT_INTERVAL_SECONDS = 5;
const LOOK_MS = 1_000;
const NOTIFY_MS = 4_000;

export class SubscriptionSide {
  /** Every SUBSCRIBE, the newest last. */
  readonly seen: SeenSubscribe[] = [];
  /** Bodies told so far. */
  notified = 0;
  readonly #ports: SubscriptionSidePorts;
  readonly #dialogues = new Map<string, Dialogue>();
  readonly #off = new Set<string>();
  #sn = 1000;

  constructor(ports: SubscriptionSidePorts) {
    this.#ports = ports;
  }

  /** What it is subscribed to now, by CmdType. */
  get active(): string[] {
    const nowMs = this.#ports.wheel.nowMs();
    return [...this.#dialogues.values()].filter(({ endsMs }) => endsMs > nowMs).map(({ cmdType }) => cmdType);
  }

  /** A SUBSCRIBE: a new one, a refresh, or the end. */
  receive(request: SipRequest, from: Address): void {
    const { agent, style, wheel } = this.#ports;
    const query = readQuery(request.body);
    const event = request.headers.get('Event') ?? '';
    const expires = Number(request.headers.get('Expires') ?? DEFAULT_SECONDS);
    const callId = callIdOf(request);
    const known = this.#dialogues.get(callId);
    const inDialogue = /;\s*tag=/i.test(request.headers.get('To') ?? '');
    const refusal = this.#refusal(event, inDialogue, known, expires);
    const status = query === null ? 400 : (refusal?.[0] ?? 200);
    const cmdType = query?.cmdType ?? '';
    this.seen.push({ cmdType, event, expires, callId, inDialogue, status });
    if (this.seen.length > MAX_SEEN) this.seen.shift();
    if (query === null || refusal !== null) {
      agent.answer(request, from, status, refusal?.[1] ?? 'Bad Request');
      return;
    }
    const dialogue = known ?? this.#open(request, cmdType, event, from);
    const agree = (): void => {
      const headers: [string, string][] = [
        ['Expires', String(expires)],
        ['Contact', agent.contact()],
      ];
      agent.answer(request, from, 200, 'OK', { toTag: dialogue.tag, headers });
      if (expires === 0) this.#end(dialogue);
      else this.#hold(dialogue, expires, query.deviceId, request.body, known === undefined);
    };
    if (expires > 0 && style.subscribeDelayMs > 0) wheel.after(style.subscribeDelayMs, agree);
    else agree();
  }

  /** Tells of changed channels, in one NOTIFY; false: nobody has subscribed. */
  async catalogChanged(
    changes: readonly (readonly [id: string, change: CatalogChange, name?: string])[],
  ): Promise<boolean> {
    for (const [id, change] of changes) {
      if (change === 'ON' || change === 'DEL') this.#off.delete(id);
      else if (change !== 'ADD' && change !== 'UPDATE') this.#off.add(id);
    }
    return this.notify('Catalog', this.#catalog(changes));
  }

  /** Tells a body to everybody who has subscribed to that command; false: nobody has. */
  async notify(cmdType: string, body: string): Promise<boolean> {
    const nowMs = this.#ports.wheel.nowMs();
    const takers = [...this.#dialogues.values()].filter((each) => each.cmdType === cmdType && each.endsMs > nowMs);
    for (const taker of takers) await this.#tell(taker, body, 'active');
    return takers.length > 0;
  }

  /** Ends the subscriptions to a command from this side. */
  async terminate(cmdType: string): Promise<void> {
    for (const dialogue of [...this.#dialogues.values()].filter((each) => each.cmdType === cmdType)) {
      this.#end(dialogue);
      await this.#tell(dialogue, null, 'terminated;reason=deactivated');
    }
  }

  /** Falls over, or goes: every subscription is forgotten. */
  drop(): void {
    for (const dialogue of [...this.#dialogues.values()]) this.#end(dialogue);
  }

  #refusal(
    event: string,
    inDialogue: boolean,
    known: Dialogue | undefined,
    expires: number,
  ): readonly [number, string] | null {
    const { style } = this.#ports;
    if (style.subscribeEvents === 'presence' && event !== 'presence') return [489, 'Bad Event'];
    if (inDialogue && (known === undefined || (!style.refreshable && expires > 0)))
      return [481, 'Subscription Does Not Exist'];
    return known === undefined && this.#dialogues.size >= MAX_DIALOGUES ? [480, 'Temporarily Unavailable'] : null;
  }

  #open(request: SipRequest, cmdType: string, event: string, from: Address): Dialogue {
    const dialogue: Dialogue = {
      cmdType,
      event,
      callId: callIdOf(request),
      tag: this.#ports.agent.token(),
      platform: request.headers.get('From') ?? '',
      own: request.headers.get('To') ?? '',
      contact: request.headers.get('Contact'),
      from,
      endsMs: 0,
      everyMs: 0,
      cseq: 0,
      timer: null,
    };
    this.#dialogues.set(dialogue.callId, dialogue);
    return dialogue;
  }

  #hold(dialogue: Dialogue, expires: number, id: string, body: Uint8Array, isFirst: boolean): void {
    if (!this.#dialogues.has(dialogue.callId)) return; // it was ended meanwhile
    dialogue.endsMs = this.#ports.wheel.nowMs() + expires * 1000;
    if (dialogue.cmdType === 'MobilePosition') {
      const seconds = Number(/<Interval>(\d+)/.exec(Buffer.from(body).toString('latin1'))?.[1]);
      const everyMs = (seconds || DEFAULT_INTERVAL_SECONDS) * 1000;
      if (everyMs === dialogue.everyMs) return;
      dialogue.everyMs = everyMs;
      dialogue.timer?.cancel();
      this.#drive(dialogue, id);
    }
    if (!isFirst) return;
    if (dialogue.cmdType === 'Catalog')
      void this.#tell(dialogue, this.#catalog([...this.#off].map((each) => [each, 'OFF'] as const)), 'active');
    else if (dialogue.cmdType === 'PTZPosition') this.#look(dialogue, id, '');
  }

  #end(dialogue: Dialogue): void {
    dialogue.timer?.cancel();
    this.#dialogues.delete(dialogue.callId);
  }

  /** Where it is, now and every so often. */
  #drive(dialogue: Dialogue, id: string): void {
    const { wheel } = this.#ports;
    if (dialogue.endsMs <= wheel.nowMs()) return;
    const time = beijing(Date.now());
    const fields = [['DeviceID', id], ['CaptureTime', time], ...placeAt(Date.now())];
    const item = fields.map(([name, value]) => `<${name}>${value}</${name}>`).join('');
    const body = this.#head(
      'MobilePosition',
      id,
      `<Time>${time}</Time>\r\n<SumNum>1</SumNum>\r\n<DeviceList Num="1">\r\n<Item>${item}</Item>\r\n</DeviceList>\r\n`,
    );
    void this.#tell(dialogue, body, 'active');
    dialogue.timer = wheel.after(dialogue.everyMs, () => this.#drive(dialogue, id));
  }

  /** Where it looks, when that has changed. */
  #look(dialogue: Dialogue, id: string, before: string): void {
    const { lookOf, wheel } = this.#ports;
    if (dialogue.endsMs <= wheel.nowMs()) return;
    const { pan, tilt, zoom } = lookOf(id);
    const now = `<Pan>${pan.toFixed(2)}</Pan>\r\n<Tilt>${tilt.toFixed(2)}</Tilt>\r\n<Zoom>${zoom.toFixed(2)}</Zoom>\r\n`;
    if (now !== before) void this.#tell(dialogue, this.#head('PTZPosition', id, now), 'active');
    dialogue.timer = wheel.after(LOOK_MS, () => this.#look(dialogue, id, now));
  }

  #catalog(changes: readonly (readonly [id: string, change: CatalogChange, name?: string])[]): string {
    const items = changes.map(([id, change, name = `Camera ${id.slice(-2)}`]) => {
      const isFull = change === 'ADD' || change === 'UPDATE';
      const fields = isFull
        ? `<Name>${name}</Name><Manufacturer>gbgate</Manufacturer><Model>Simulated camera</Model><CivilCode>340200</CivilCode><Address>yard</Address><Parental>0</Parental><ParentID>${this.#ports.deviceId}</ParentID><RegisterWay>1</RegisterWay><Secrecy>0</Secrecy><Status>ON</Status>`
        : '';
      return `<Item><DeviceID>${id}</DeviceID><Event>${change}</Event>${fields}</Item>\r\n`;
    });
    const list = `<SumNum>${items.length}</SumNum>\r\n<DeviceList Num="${items.length}">\r\n${items.join('')}</DeviceList>\r\n`;
    return this.#head('Catalog', this.#ports.deviceId, list);
  }

  #head(cmdType: string, id: string, fields: string): string {
    this.#sn += 1;
    return `<Notify>\r\n<CmdType>${cmdType}</CmdType>\r\n<SN>${this.#sn}</SN>\r\n<DeviceID>${id}</DeviceID>\r\n${fields}</Notify>\r\n`;
  }

  /** One NOTIFY; who does not know the subscription any more loses it (481). */
  async #tell(dialogue: Dialogue, body: string | null, state: string): Promise<void> {
    const { agent, deviceId, style, wheel } = this.#ports;
    dialogue.cseq += 1;
    this.notified += 1;
    const isOutside = style.notifiesOutside;
    const seconds = Math.max(0, Math.round((dialogue.endsMs - wheel.nowMs()) / 1000));
    const answer = await agent.ask({
      method: 'NOTIFY',
      uri: targetOf(dialogue.contact, deviceId, dialogue.from),
      from: `${dialogue.own};tag=${dialogue.tag}`,
      to: isOutside ? dialogue.platform.replace(/;\s*tag=.*$/i, '') : dialogue.platform,
      callId: isOutside ? agent.token(16) : dialogue.callId,
      cseq: isOutside ? 1 : dialogue.cseq,
      headers: [
        ['Contact', agent.contact()],
        ['Event', dialogue.event],
        ['Subscription-State', state === 'active' ? `active;expires=${seconds}` : state],
      ],
      ...(body === null ? {} : { contentType: MANSCDP_TYPE, body: encode(body, style) }),
      timeoutMs: NOTIFY_MS,
    });
    if (answer?.status === 481) this.#end(dialogue);
  }
}

/** What a clock on a wall in Beijing shows. */
function beijing(epochMs: number): string {
  return new Date(epochMs + 8 * 3_600_000).toISOString().slice(0, 19);
}
