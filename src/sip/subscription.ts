import { type Dialogue, openDialogue } from './dialog.ts';
import type { Subscribed, SubscriptionKind, SubscriptionState } from './subscription-words.ts';

/** One subscription at one device (GB/T 28181 9.11, RFC 6665), as a machine without a clock: what to send next, and when. */

/** What a device made of a SUBSCRIBE. */
export type SubscribeOutcome =
  | { readonly kind: 'accepted'; readonly dialogue: Dialogue; readonly grantedSeconds: number }
  | { readonly kind: 'refused'; readonly status: number; readonly minSeconds: number | null; readonly detail: string }
  | { readonly kind: 'unanswered' };

/** A device that refuses is asked again after this: its firmware may be another one by then. */
export const REFUSED_RETRY_MS = 3_600_000;
/** One that does not answer, or cannot now: doubled each time, up to the one above. */
export const FIRST_RETRY_MS = 60_000;
/** Nothing shorter is granted by anybody in earnest: a device that says so would be asked all the time. */
const SHORTEST_SECONDS = 30;
/** The part of its time after which a subscription is refreshed: 8,000 of them at random moments of this span, never all at once. */
const EARLIEST_REFRESH = 0.5;
const LATEST_REFRESH = 0.75;
/** Answers about the Event header, or what some devices say instead (SUB-1); others do not get better by another spelling. */
const EVENT_FAULTS: ReadonlySet<number> = new Set([400, 406, 488, 489]);

/** What a device may be out of order for now: it is asked again soon. */
const isPassing = (status: number): boolean => status === 408 || status === 480 || status === 486 || status >= 500;

/** Forms of the Event header, in the order of trying (SUB-1). `id`: any number, the same in one dialogue. */
export function eventForms(kind: SubscriptionKind, id: number): readonly string[] {
  switch (kind) {
    case 'catalog':
      return [`Catalog;id=${id}`, 'Catalog', 'presence'];
    case 'alarm':
      return ['Alarm', 'presence'];
    case 'position':
      return ['MobilePosition', 'presence'];
    case 'ptzPosition':
      // no edition names one
      return ['presence', 'PTZPosition'];
  }
}

export interface SubscriptionOptions {
  readonly kind: SubscriptionKind;
  /** Whom it is about; null: the device. */
  readonly channelId: string | null;
  /** Between 0 and 1. */
  random(): number;
}

export class Subscription {
  readonly kind: SubscriptionKind;
  readonly channelId: string | null;
  /** Seconds it is to last each time; 0: not wanted. */
  seconds = 0;
  /** The dialogue that lasts, also one that an earlier run left. */
  subscribed: Subscribed | null = null;
  /** When something is to be sent; null: not before something else happens. */
  dueMs: number | null = null;
  /** The Event form that this device took before; null: none yet. */
  learnedForm: number | null = null;
  /** Why it is not active: status and words of the device; null when it is, or when nothing was said. */
  detail: string | null = null;
  #state: 'idle' | 'refused' | 'unanswered' = 'idle';
  /** The device has registered anew: the dialogue that is there belongs to the time before. */
  #isStale = false;
  #failures = 0;
  #minSeconds = 0;
  #id = 1;
  readonly #tried = new Set<number>();
  readonly #random: () => number;

  constructor(o: SubscriptionOptions) {
    this.kind = o.kind;
    this.channelId = o.channelId;
    this.#random = o.random;
  }

  get state(): SubscriptionState {
    if (this.seconds === 0) return 'off';
    if (this.subscribed !== null) return 'active';
    return this.#state === 'idle' ? 'waiting' : this.#state;
  }

  /** Its name among those of the device. */
  get name(): string {
    return this.channelId === null ? this.kind : `${this.kind} ${this.channelId}`;
  }

  /** What is to be sent next. */
  get next(): 'subscribe' | 'refresh' | 'unsubscribe' | null {
    if (this.subscribed !== null) return this.seconds === 0 || this.#isStale ? 'unsubscribe' : 'refresh';
    return this.seconds === 0 ? null : 'subscribe';
  }

  /** Somebody wants it, or no longer does. */
  want(seconds: number, nowMs: number): void {
    if (seconds === this.seconds) return;
    this.seconds = seconds;
    this.#forgive();
    this.dueMs = nowMs;
  }

  /** The device is there, for the first time or again; `withinMs`: the span in which many such devices get their turn. */
  online(withinMs: number, nowMs: number, epochMs: number): void {
    if (this.subscribed !== null && this.subscribed.endsEpochMs <= epochMs) this.subscribed = null;
    this.#forgive();
    this.dueMs = this.next === null ? null : nowMs + this.#random() * withinMs;
  }

  /** The device began anew, and may have forgotten everything: what was agreed on before is ended, then comes a new dialogue. */
  anew(nowMs: number): void {
    if (this.subscribed !== null) this.#isStale = true;
    this.dueMs = Math.min(this.dueMs ?? nowMs, nowMs);
  }

  /** The device cannot be reached. `forgotten`: it has signed off, and its subscriptions went with that. */
  offline(forgotten: boolean): void {
    this.dueMs = null;
    if (forgotten) this.subscribed = null;
  }

  /** The Event header of a dialogue that is about to begin. `id` 1 to 9999. */
  openEvent(id: number): string {
    this.#id = id;
    const forms = eventForms(this.kind, id);
    return forms[this.#form(forms.length)] ?? 'presence';
  }

  /** How long the next SUBSCRIBE asks for, s. */
  get askedSeconds(): number {
    return Math.max(this.seconds, this.#minSeconds);
  }

  /**
   * An answer to what `next` said has come, or will not. Answers the deviations that were tolerated, and remembers in `learnedForm`
   * what is worth keeping.
   */
  ended(
    what: 'subscribe' | 'refresh' | 'unsubscribe',
    outcome: SubscribeOutcome,
    event: string,
    nowMs: number,
    epochMs: number,
  ): readonly (readonly [code: string, detail: string])[] {
    if (what === 'unsubscribe') {
      this.subscribed = null;
      this.#isStale = false;
      this.dueMs = this.next === null ? null : nowMs;
      return [];
    }
    if (outcome.kind === 'accepted') return this.#accepted(outcome, event, nowMs, epochMs);
    if (what === 'refresh') {
      this.subscribed = null;
      this.#isStale = false;
      this.dueMs = nowMs;
      // first within the dialogue, then anew
      return outcome.kind === 'refused'
        ? [['SUB-2', `it answered ${outcome.status} to a refresh of its ${this.kind} subscription: subscribed anew`]]
        : [];
    }
    this.#failed(outcome, nowMs);
    return [];
  }

  /** The device has ended it (`Subscription-State: terminated`); it is asked for again soon. */
  terminated(retryAfterSeconds: number | null, nowMs: number): void {
    this.subscribed = null;
    this.#isStale = false;
    const waitMs = retryAfterSeconds === null ? this.#backOffMs() / 10 : retryAfterSeconds * 1000;
    this.dueMs = this.seconds === 0 ? null : nowMs + Math.min(waitMs, REFUSED_RETRY_MS);
  }

  /** The device says how long it still holds; never longer than it had agreed to. */
  holdsFor(seconds: number, epochMs: number, nowMs: number): void {
    const { subscribed } = this;
    if (subscribed === null || seconds < SHORTEST_SECONDS) return;
    const endsEpochMs = epochMs + seconds * 1000;
    // some seconds off are the time of travel
    if (endsEpochMs >= subscribed.endsEpochMs - 5_000) return;
    this.subscribed = { ...subscribed, endsEpochMs };
    this.#refreshWithin(seconds * 1000, nowMs);
  }

  #accepted(
    { dialogue, grantedSeconds }: Extract<SubscribeOutcome, { kind: 'accepted' }>,
    event: string,
    nowMs: number,
    epochMs: number,
  ): readonly (readonly [code: string, detail: string])[] {
    const seconds = Math.max(SHORTEST_SECONDS, Math.min(grantedSeconds, this.askedSeconds));
    const form = eventForms(this.kind, this.#id).indexOf(event);
    const isNews = this.subscribed === null && form > 0 && this.#tried.size > 0;
    // one that is agreed to and ended at once, again and again, is asked for less and less often
    if (this.subscribed !== null) this.#failures = 0;
    this.subscribed = { dialogue, event, endsEpochMs: epochMs + seconds * 1000 };
    this.#forgive();
    if (this.seconds === 0 || this.#isStale) this.dueMs = nowMs;
    else this.#refreshWithin(seconds * 1000, nowMs);
    if (form >= 0) this.learnedForm = form;
    return isNews ? [['SUB-1', `its ${this.kind} subscription wants "Event: ${event}"`]] : [];
  }

  #failed(outcome: Exclude<SubscribeOutcome, { kind: 'accepted' }>, nowMs: number): void {
    if (outcome.kind === 'refused') {
      const { status, minSeconds } = outcome;
      this.detail = `${status} ${outcome.detail}`.trim();
      if (status === 423 && minSeconds !== null && minSeconds > this.askedSeconds && minSeconds <= 86_400) {
        this.#minSeconds = minSeconds;
        this.dueMs = nowMs;
        return;
      }
    }
    const forms = eventForms(this.kind, this.#id);
    const isAboutEvent = outcome.kind === 'unanswered' || EVENT_FAULTS.has(outcome.status);
    if (isAboutEvent) {
      this.#tried.add(this.#form(forms.length));
      if (this.#tried.size < forms.length) {
        this.dueMs = nowMs;
        return;
      }
    }
    this.#tried.clear();
    this.#state = outcome.kind;
    const soon = outcome.kind === 'unanswered' || isPassing(outcome.status);
    this.dueMs = nowMs + (soon ? this.#backOffMs() : REFUSED_RETRY_MS);
  }

  /** The form it took before, else the first that was not tried yet. */
  #form(count: number): number {
    const { learnedForm } = this;
    if (learnedForm !== null && learnedForm < count && !this.#tried.has(learnedForm)) return learnedForm;
    for (let form = 0; form < count; form += 1) if (!this.#tried.has(form)) return form;
    return 0;
  }

  #refreshWithin(ms: number, nowMs: number): void {
    this.dueMs = nowMs + ms * (EARLIEST_REFRESH + (LATEST_REFRESH - EARLIEST_REFRESH) * this.#random());
  }

  #backOffMs(): number {
    const waitMs = Math.min(REFUSED_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    return waitMs;
  }

  #forgive(): void {
    this.#state = 'idle';
    this.detail = null;
    this.#tried.clear();
  }
}

/** The dialogue of a SUBSCRIBE that is about to be built; its first CSeq is 1. */
export function subscriptionDialogue(o: {
  readonly callId: string;
  readonly localTag: string;
  readonly deviceId: string;
  readonly localUri: string;
  readonly remoteUri: string;
  readonly localContact: string;
  readonly createdEpochMs: number;
}): Dialogue {
  return openDialogue({ ...o, channelId: o.deviceId, cseq: 0 });
}
