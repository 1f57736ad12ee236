import { BlockList, isIP, isIPv6 } from 'node:net';

/** Which gateway a device belongs to: rules, shares, and who was sent where (GB/T 28181-2022 9.1.2.3). No I/O. */

/** Where devices are sent. */
export interface RedirectTarget {
  /** Its platform id: the device registers with this id from now on. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** One rule of `sip.redirect`. Every condition that is given must hold. */
export interface RedirectRule {
  /** Null: served here, which is how this gateway takes a share itself. */
  readonly target: RedirectTarget | null;
  /** Ids, `*` at the end stands for anything; empty: every device. */
  readonly devices: readonly string[];
  /** Networks that the REGISTER comes from, `10.1.0.0/16` or one address; empty: any. */
  readonly networks: readonly string[];
  /** Null: the rule takes all that it fits; a number: it shares them with the other rules that fit and have a share. */
  readonly share: number | null;
  /** So many devices are sent there at once; null: any number. */
  readonly maxDevices: number | null;
  /** Holds only while at least so many devices are online here; null: always. */
  readonly fromLoad: number | null;
}

/**
 * `Expires` of our 302: how long a device may stay with its target before it asks here again. The standard's example says ten
 * hours; within one, changed rules are followed.
 */
export const REDIRECT_EXPIRES_SECONDS = 3600;
/** Asking again this late is not coming back: refreshes come a little before the end. */
const ASKS_AGAIN_MS = REDIRECT_EXPIRES_SECONDS * 800;
/** Who asked for nothing in this time is no longer counted at its target. */
const FORGET_MS = REDIRECT_EXPIRES_SECONDS * 2000;
/** As many as there may be devices; about 200 bytes each. */
export const MAX_REDIRECTED = 20_000;
/** A target that did not answer gets nobody for so long: after that the next device tries it. */
export const DOWN_MS = 30_000;
/** Back so soon from a target that answers: it did not follow (REG-18). Twice, and it is served here. */
const QUICK_MS = 30_000;
/** The same for devices that try again slowly: thrice within this time after each redirection. */
const SOON_MS = 600_000;
const QUICK_RETURNS = 2;
const SOON_RETURNS = 3;

/** What becomes of a REGISTER. */
export type RedirectVerdict =
  | { readonly type: 'to'; readonly target: RedirectTarget }
  /** `ignored`: it came back again and again from a target that is there. */
  | { readonly type: 'here'; readonly ignored: boolean }
  /** It came back: whether its target is still there must be known first; then call {@link Redirects.back}. */
  | { readonly type: 'ask'; readonly target: RedirectTarget };

interface Binding {
  readonly rule: Rule;
  readonly sentMs: number;
  /** Returns within `QUICK_MS`, and within `SOON_MS`, in a row. */
  readonly quick: number;
  readonly soon: number;
}

interface Rule extends RedirectRule {
  readonly blocks: BlockList | null;
  /** Devices sent there. */
  count: number;
  downUntilMs: number;
}

const HERE = { type: 'here', ignored: false } as const;

export class Redirects {
  readonly #rules: readonly Rule[];
  readonly #onlineHere: () => number;
  /** In the order of their last redirection. */
  readonly #bindings = new Map<string, Binding>();

  /** `onlineHere`: devices that are online at this gateway. */
  constructor(rules: readonly RedirectRule[], onlineHere: () => number) {
    this.#rules = rules.map((rule) => ({
      ...rule,
      blocks: rule.networks.length === 0 ? null : blockList(rule.networks),
      count: 0,
      downUntilMs: Number.NEGATIVE_INFINITY,
    }));
    this.#onlineHere = onlineHere;
  }

  /** A device that is not registered here wants to be: whose is it? */
  decide(deviceId: string, host: string, nowMs: number): RedirectVerdict {
    this.#forgetOld(nowMs);
    const fitting = this.#fitting(deviceId, host);
    const binding = this.#bindings.get(deviceId);
    if (fitting.length === 0) return this.#serve(deviceId);
    if (binding === undefined) return this.#send(deviceId, this.#choose(fitting, nowMs), nowMs);
    if (!fitting.includes(binding.rule)) return this.#send(deviceId, this.#choose(fitting, nowMs), nowMs);
    const isOver = nowMs - binding.sentMs >= ASKS_AGAIN_MS;
    if (binding.rule.target === null || isOver) {
      const rule = nowMs < binding.rule.downUntilMs ? this.#choose(fitting, nowMs) : binding.rule;
      return this.#send(deviceId, rule, nowMs);
    }
    return { type: 'ask', target: binding.rule.target };
  }

  /** The answer to `ask` about that target: `alive` says whether it answered. */
  back(
    deviceId: string,
    host: string,
    asked: RedirectTarget,
    alive: boolean,
    nowMs: number,
  ): Exclude<RedirectVerdict, { type: 'ask' }> {
    const fitting = this.#fitting(deviceId, host);
    const binding = this.#bindings.get(deviceId);
    if (binding === undefined) return this.#serve(deviceId);
    const { rule } = binding;
    // two REGISTERs of it waited for the same answer, and the first has placed it
    if (rule.target !== asked) return this.#send(deviceId, rule, nowMs, binding);
    if (!alive) {
      rule.downUntilMs = nowMs + DOWN_MS;
      return this.#send(deviceId, this.#choose(fitting, nowMs), nowMs);
    }
    const goneMs = nowMs - binding.sentMs;
    const quick = goneMs < QUICK_MS ? binding.quick + 1 : 0;
    const soon = goneMs < SOON_MS ? binding.soon + 1 : 0;
    if (quick >= QUICK_RETURNS || soon >= SOON_RETURNS) {
      this.#serve(deviceId);
      return { type: 'here', ignored: true };
    }
    // it fell over and starts where it was told to start: its place has not changed
    return this.#send(deviceId, rule, nowMs, { quick, soon });
  }

  /** Devices that were sent somewhere. */
  get size(): number {
    return this.#bindings.size;
  }

  #fitting(deviceId: string, host: string): readonly Rule[] {
    const family = isIPv6(host) ? 'ipv6' : 'ipv4';
    return this.#rules.filter(
      (rule) =>
        (rule.devices.length === 0 || rule.devices.some((form) => fitsForm(deviceId, form))) &&
        (rule.blocks === null || (isIP(host) !== 0 && rule.blocks.check(host, family))) &&
        (rule.fromLoad === null || this.#onlineHere() >= rule.fromLoad),
    );
  }

  /** The first that takes all, or among those with a share the one that is furthest behind; null: nobody can. */
  #choose(fitting: readonly Rule[], nowMs: number): Rule | null {
    const free = fitting.filter(
      (rule) => nowMs >= rule.downUntilMs && (rule.maxDevices === null || rule.count < rule.maxDevices),
    );
    const first = free[0];
    if (first === undefined || first.share === null) return first ?? null;
    const behind = (rule: Rule) => (rule.count + 1) / (rule.share ?? 1);
    const sharing = free.filter((rule) => rule.share !== null);
    return sharing.reduce((best, rule) => (behind(rule) < behind(best) ? rule : best), first);
  }

  #send(deviceId: string, rule: Rule | null, nowMs: number, { quick, soon } = { quick: 0, soon: 0 }) {
    this.#unbind(deviceId);
    if (rule === null) return HERE;
    if (this.#bindings.size >= MAX_REDIRECTED) this.#unbind(this.#bindings.keys().next().value!);
    this.#bindings.set(deviceId, { rule, sentMs: nowMs, quick, soon });
    rule.count += 1;
    return rule.target === null ? HERE : ({ type: 'to', target: rule.target } as const);
  }

  #serve(deviceId: string) {
    this.#unbind(deviceId);
    return HERE;
  }

  #unbind(deviceId: string): void {
    const binding = this.#bindings.get(deviceId);
    if (binding === undefined) return;
    binding.rule.count -= 1;
    this.#bindings.delete(deviceId);
  }

  #forgetOld(nowMs: number): void {
    for (const [deviceId, { sentMs }] of this.#bindings) {
      if (nowMs - sentMs < FORGET_MS) return;
      this.#unbind(deviceId);
    }
  }
}

function fitsForm(deviceId: string, form: string): boolean {
  return form.endsWith('*') ? deviceId.startsWith(form.slice(0, -1)) : deviceId === form;
}

/** Whether a text is `10.1.0.0/16`, `fd00::/8` or one address. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const most = isIPv6(address) ? 128 : 32;
  return isIP(address) !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && +bits <= most));
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks.filter(isNetwork)) {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    list.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return list;
}
