import { buildSubscribe, type Dialogue } from '../dialog.ts';
import { bracketed, type Exchange } from '../exchange.ts';
import { writeAlarmSubscription } from '../manscdp/alarm-subscription.ts';
import { writeCatalogQuery } from '../manscdp/catalog.ts';
import { type BodyStyle, MANSCDP_CONTENT_TYPE } from '../manscdp/envelope.ts';
import { writeMobilePositionQuery } from '../manscdp/mobile-position.ts';
import { ptzPositionQuestion } from '../manscdp/ptz-position.ts';
import type { Peer } from '../peer.ts';
import { type SubscribeOutcome, type Subscription, subscriptionDialogue } from '../subscription.ts';
import { outcomeOf, toldBy } from '../subscription-answer.ts';
import {
  NO_SUBSCRIPTIONS,
  type SubscriptionEvent,
  type SubscriptionKind,
  type SubscriptionStanding,
  type SubscriptionWishes,
} from '../subscription-words.ts';
import { tagOf } from '../wire/address.ts';
import { callIdOf, type SipRequest, type SipResponse } from '../wire/message.ts';
import type { Device, Directory } from './directory.ts';
import { NotifyOrder } from './notify-order.ts';
import { MESSAGE_HOLD_MS, type Outbox } from './outbox.ts';
import { SubscriptionLane } from './subscription-lane.ts';

/** Subscriptions at all devices: made, refreshed, ended, and made again when a device or this process comes back (GB/T 28181 9.11, annex N). */

export interface SubscriptionsPorts {
  readonly exchange: Pick<Exchange, 'request' | 'contactFor'>;
  readonly outbox: Pick<Outbox, 'add'>;
  readonly directory: Directory;
  readonly platformId: string;
  readonly domain: string;
  peerOf(deviceId: string): Peer | null;
  seen(deviceId: string, nowMs: number): void;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
  emit(event: SubscriptionEvent): void;
  /** Writes a body with the next SN, as this device wants it. */
  body(device: Device, write: (sn: number, style: BodyStyle) => Buffer): Buffer;
  nowMs(): number;
  epochMs(): number;
  /** Unguessable. */
  token(): string;
  /** Between 0 and 1, for the moments of refreshes. */
  random(): number;
}

/** A device that has just registered is asked what it is first; and when the mains come back, all of them register at once. */
const FIRST_WITHIN_MS = 3_000;
/** A device that came back is asked within this: its dialogues of before still run, nothing is lost meanwhile. */
const AGAIN_WITHIN_MS = 20_000;
/** As many as 2,000 devices have at once; what is older is no surprise any more. */
const MAX_OVER = 8_000;

export class Subscriptions {
  readonly counters = { subscribes: 0, refreshes: 0, unsubscribes: 0, refused: 0, unanswered: 0, notifiesOutside: 0 };
  /** Which NOTIFYs of a dialogue come too late. */
  readonly order = new NotifyOrder();
  readonly #ports: SubscriptionsPorts;
  readonly #lanes = new Map<string, SubscriptionLane>();
  /** By Call-ID; bounded by the devices and their channels. */
  readonly #dialogues = new Map<string, readonly [SubscriptionLane, Subscription]>();
  /** Call-IDs of those that ended: their last NOTIFYs may still be on their way. */
  readonly #over = new Set<string>();
  #defaults = NO_SUBSCRIPTIONS;
  #closed = false;

  constructor(ports: SubscriptionsPorts) {
    this.#ports = ports;
  }

  /** What holds for devices for which nothing was set by hand. */
  defaultTo(wishes: Partial<SubscriptionWishes>): void {
    this.#defaults = { ...NO_SUBSCRIPTIONS, ...wishes };
    for (const device of this.#ports.directory.devices()) if (device.online) this.#want(device);
  }

  /** What is wanted of a device. */
  wishesOf(device: Device): SubscriptionWishes {
    return { ...this.#defaults, ...device.subscriptions?.wishes };
  }

  /** Sets what is wanted of a device; what is left out has its default. Carried out when the device is there. */
  setWishes(device: Device, wishes: Partial<SubscriptionWishes>): void {
    const before = this.wishesOf(device).positionIntervalSeconds;
    device.subscriptions = { ...device.subscriptions, wishes };
    this.#ports.directory.save(device);
    this.#want(device);
    // the interval stands in the body of each SUBSCRIBE, a refresh included
    const position = this.#lanes.get(device.id)?.slots.get('position');
    if (device.online && position?.subscribed && this.wishesOf(device).positionIntervalSeconds !== before)
      position.dueMs = this.#ports.nowMs();
  }

  /** How the subscriptions of a device stand. */
  standing(deviceId: string): Record<SubscriptionKind, SubscriptionStanding> {
    const lane = this.#lanes.get(deviceId);
    const device = this.#ports.directory.device(deviceId);
    const one = (kind: SubscriptionKind): SubscriptionStanding => {
      const notifiedEpochMs = lane?.notified.get(kind) ?? null;
      if (lane !== undefined) return { ...lane.standing(kind), notifiedEpochMs };
      const isWanted = device !== undefined && this.wishesOf(device)[kind] > 0;
      return { state: isWanted ? 'waiting' : 'off', endsEpochMs: null, detail: null, notifiedEpochMs };
    };
    return { catalog: one('catalog'), alarm: one('alarm'), position: one('position'), ptzPosition: one('ptzPosition') };
  }

  /** The device is there: for the first time, again, or still, after a restart of ours. */
  online(deviceId: string): void {
    const device = this.#ports.directory.device(deviceId);
    if (device === undefined || this.#closed) return;
    const lane = this.#lane(device);
    lane.want(device, this.wishesOf(device), this.#ports.directory.channels(deviceId), (subscription, seconds) => {
      subscription.seconds = seconds;
      const withinMs = subscription.subscribed === null ? FIRST_WITHIN_MS : AGAIN_WITHIN_MS;
      subscription.online(withinMs, this.#ports.nowMs(), this.#ports.epochMs());
    });
  }

  /** It has registered anew, by another Call-ID: it may have restarted, then it knows nothing of what was agreed on (annex N). */
  anew(deviceId: string): void {
    for (const subscription of this.#lanes.get(deviceId)?.slots.values() ?? [])
      subscription.anew(this.#ports.nowMs() + this.#ports.random() * FIRST_WITHIN_MS);
  }

  /** The device is gone. `forgotten`: it has signed off, and every subscription with it. */
  gone(deviceId: string, forgotten: boolean): void {
    const lane = this.#lanes.get(deviceId);
    if (lane === undefined) return;
    for (const subscription of lane.slots.values()) {
      subscription.offline(forgotten);
      if (forgotten) this.#keep(lane, subscription);
    }
  }

  /** The device is about to be deleted: what it has agreed to is ended, without waiting for its answers. */
  forget(deviceId: string): void {
    const lane = this.#lanes.get(deviceId);
    this.#lanes.delete(deviceId);
    for (const subscription of lane?.slots.values() ?? []) {
      this.#sayFarewell(deviceId, subscription);
      this.#unlist(subscription.subscribed?.dialogue);
    }
    this.order.forget(deviceId);
  }

  /**
   * A believed NOTIFY, answered already. Its body is taken whatever dialogue it is in (SUB-5); the dialogue learns from its head how
   * long it still lasts, or that it is over.
   */
  notified(deviceId: string, request: SipRequest): void {
    const [lane, subscription] = this.#dialogues.get(callIdOf(request)) ?? [];
    const told = toldBy(request);
    const isOurs = lane !== undefined && subscription !== undefined && lane.deviceId === deviceId;
    const isLate = told.isTerminated || this.#over.has(callIdOf(request));
    if ((!isOurs && !isLate) || tagOf(request.headers.get('To')) === null) {
      this.counters.notifiesOutside += 1;
      const words = isOurs ? 'without a To tag' : 'in a dialogue that is none of a subscription';
      this.#ports.found(deviceId, 'SUB-5', `a NOTIFY ${words}: taken`);
    }
    if (!isOurs) return;
    lane.notified.set(subscription.kind, this.#ports.epochMs());
    if (told.isTerminated) {
      this.#unlist(subscription.subscribed?.dialogue);
      subscription.terminated(told.retryAfterSeconds, this.#ports.nowMs());
      this.#keep(lane, subscription);
      return;
    }
    const { endsInSeconds } = told;
    if (endsInSeconds !== null) subscription.holdsFor(endsInSeconds, this.#ports.epochMs(), this.#ports.nowMs());
  }

  /** Sends what is due. */
  poll(nowMs: number): void {
    if (this.#closed) return;
    for (const lane of this.#lanes.values()) {
      if (lane.busy) continue;
      this.#lookAtChannels(lane);
      for (const subscription of lane.slots.values()) {
        if (subscription.dueMs === null || subscription.dueMs > nowMs) continue;
        if (this.#send(lane, subscription, nowMs)) break;
      }
    }
  }

  /** Nothing is sent any more. Dialogues stay: the next run goes on with them. */
  close(): void {
    this.#closed = true;
  }

  /** Subscriptions that devices have agreed to. */
  get active(): number {
    return this.#dialogues.size;
  }

  #want(device: Device): void {
    const lane = this.#lane(device);
    const { directory, nowMs } = this.#ports;
    lane.want(device, this.wishesOf(device), directory.channels(device.id), (subscription, seconds) => {
      subscription.want(seconds, nowMs());
      if (!device.online) subscription.dueMs = null;
      this.#tell(lane, subscription.kind);
    });
  }

  /** Cameras of a recorder whose looks are wanted may have come, or gone. */
  #lookAtChannels(lane: SubscriptionLane): void {
    const { directory } = this.#ports;
    const channelCount = directory.channelCount(lane.deviceId);
    const device = directory.device(lane.deviceId);
    if (device?.online !== true || channelCount === lane.channelCount) return;
    lane.channelCount = channelCount;
    if (this.wishesOf(device).ptzPosition > 0) this.#want(device);
  }

  #lane(device: Device): SubscriptionLane {
    const known = this.#lanes.get(device.id);
    if (known !== undefined) return known;
    const lane = new SubscriptionLane(device, this.#ports.random);
    for (const subscription of lane.slots.values()) {
      const callId = subscription.subscribed?.dialogue.callId;
      if (callId !== undefined) this.#dialogues.set(callId, [lane, subscription]);
    }
    this.#lanes.set(device.id, lane);
    return lane;
  }

  /** Queues the next SUBSCRIBE of one kind; false when nothing is to be sent. */
  #send(lane: SubscriptionLane, subscription: Subscription, nowMs: number): boolean {
    const { next } = subscription;
    subscription.dueMs = null;
    if (next === null) return false;
    lane.busy = true;
    const run = (done: (nowMs: number) => void, atMs: number): void => {
      const device = this.#ports.directory.device(lane.deviceId);
      const peer = this.#ports.peerOf(lane.deviceId);
      if (device === undefined || peer === null || this.#closed) {
        done(atMs);
        this.#ended(lane, subscription, next, { kind: 'unanswered' }, '', atMs);
        return;
      }
      this.#request(lane, subscription, next, device, peer, done, atMs);
    };
    const isQueued = this.#ports.outbox.add(lane.deviceId, { urgent: false, holdMs: MESSAGE_HOLD_MS, run }, nowMs);
    if (!isQueued) this.#ended(lane, subscription, next, { kind: 'unanswered' }, '', nowMs);
    return true;
  }

  #request(
    lane: SubscriptionLane,
    subscription: Subscription,
    what: 'subscribe' | 'refresh' | 'unsubscribe',
    device: Device,
    peer: Peer,
    done: (nowMs: number) => void,
    nowMs: number,
  ): void {
    const { subscribed } = subscription;
    const event = subscribed?.event ?? subscription.openEvent(1 + Math.floor(this.#ports.random() * 9_998));
    const expiresSeconds = what === 'unsubscribe' ? 0 : subscription.askedSeconds;
    const { request, dialogue } = this.#subscribe(
      device,
      subscription,
      subscribed?.dialogue ?? this.#open(device, peer),
      event,
      expiresSeconds,
    );
    this.counters[what === 'subscribe' ? 'subscribes' : what === 'refresh' ? 'refreshes' : 'unsubscribes'] += 1;
    // a device may tell how things are before its 200 arrives
    if (what === 'subscribe') this.#dialogues.set(dialogue.callId, [lane, subscription]);
    const end = (outcome: SubscribeOutcome, atMs: number): void => {
      done(atMs);
      if (outcome.kind !== 'accepted' || what === 'unsubscribe') this.#unlist(dialogue);
      this.#ended(lane, subscription, what, outcome, event, atMs);
    };
    const onResponse = (response: SipResponse, _: Peer, atMs: number): void => {
      this.#ports.seen(device.id, atMs);
      if (response.status >= 200) end(outcomeOf(response, dialogue, what === 'subscribe', expiresSeconds), atMs);
    };
    const onFailed = (_: string, atMs: number): void => end({ kind: 'unanswered' }, atMs);
    this.#ports.exchange.request(request, peer, { onResponse, onFailed }, nowMs);
  }

  /** The last word in a dialogue that nobody keeps any more. */
  #sayFarewell(deviceId: string, subscription: Subscription): void {
    const { subscribed } = subscription;
    const { directory, exchange, peerOf, nowMs, epochMs } = this.#ports;
    const device = directory.device(deviceId);
    const peer = peerOf(deviceId);
    if (subscribed === null || device?.online !== true || peer === null || subscribed.endsEpochMs <= epochMs()) return;
    const request = this.#subscribe(device, subscription, subscribed.dialogue, subscribed.event, 0).request;
    this.counters.unsubscribes += 1;
    exchange.request(request, peer, { onResponse: () => {}, onFailed: () => {} }, nowMs());
  }

  #subscribe(device: Device, subscription: Subscription, dialogue: Dialogue, event: string, expiresSeconds: number) {
    return buildSubscribe(dialogue, {
      event,
      expiresSeconds,
      contentType: MANSCDP_CONTENT_TYPE,
      body: this.#ports.body(device, (sn, style) => this.#body(device, subscription, sn, style)),
    });
  }

  #ended(
    lane: SubscriptionLane,
    subscription: Subscription,
    what: 'subscribe' | 'refresh' | 'unsubscribe',
    outcome: SubscribeOutcome,
    event: string,
    nowMs: number,
  ): void {
    lane.busy = false;
    if (this.#closed) return; // what the store has is what the next run begins with
    const device = this.#ports.directory.device(lane.deviceId);
    if (device === undefined || this.#lanes.get(lane.deviceId) !== lane) return;
    if (outcome.kind !== 'accepted' && what !== 'unsubscribe')
      this.counters[outcome.kind === 'refused' ? 'refused' : 'unanswered'] += 1;
    const noted = subscription.ended(what, outcome, event, nowMs, this.#ports.epochMs());
    for (const [code, detail] of noted) this.#ports.found(device.id, code, detail);
    if (!device.online) subscription.offline(false);
    this.#keep(lane, subscription);
  }

  /** Writes through what a restart must know, and tells of a change. */
  #keep(lane: SubscriptionLane, { kind, name, subscribed, learnedForm }: Subscription): void {
    const device = this.#ports.directory.device(lane.deviceId);
    if (device !== undefined) {
      const { [name]: before = null, ...others } = device.subscriptions?.dialogues ?? {};
      const forms = { ...device.subscriptions?.forms };
      if (learnedForm !== null) forms[kind] = learnedForm;
      if (before !== subscribed || forms[kind] !== device.subscriptions?.forms?.[kind]) {
        const dialogues = subscribed === null ? others : { ...others, [name]: subscribed };
        device.subscriptions = { ...device.subscriptions, dialogues, forms };
        this.#ports.directory.save(device);
      }
    }
    this.#tell(lane, kind);
  }

  #tell(lane: SubscriptionLane, kind: SubscriptionKind): void {
    const news = lane.news(kind);
    if (news === null) return;
    const { state, detail } = news;
    const data = { deviceId: lane.deviceId, subscription: kind, state, ...(detail === null ? {} : { detail }) };
    this.#ports.emit({ type: 'subscription.changed', data });
  }

  #open(device: Device, peer: Peer): Dialogue {
    const { exchange, platformId, domain, token, epochMs } = this.#ports;
    return subscriptionDialogue({
      callId: token(),
      localTag: token(),
      deviceId: device.id,
      localUri: `sip:${platformId}@${domain}`,
      remoteUri: `sip:${device.id}@${bracketed(peer.host)}:${peer.port}`,
      localContact: exchange.contactFor(peer),
      createdEpochMs: epochMs(),
    });
  }

  #body(device: Device, { kind, channelId }: Subscription, sn: number, style: BodyStyle): Buffer {
    switch (kind) {
      case 'catalog':
        return writeCatalogQuery(device.id, sn, style);
      case 'alarm':
        return writeAlarmSubscription(device.id, sn, style);
      case 'position':
        return writeMobilePositionQuery(device.id, sn, style, this.wishesOf(device).positionIntervalSeconds);
      case 'ptzPosition':
        return ptzPositionQuestion(channelId ?? device.id).write(sn, style);
    }
  }

  #unlist(dialogue: Dialogue | undefined): void {
    if (dialogue === undefined || !this.#dialogues.delete(dialogue.callId)) return;
    this.#over.add(dialogue.callId);
    if (this.#over.size > MAX_OVER) this.#over.delete(this.#over.values().next().value ?? '');
  }
}
