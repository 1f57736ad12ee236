import {
  ApiFault,
  listChannels,
  listDevices,
  listGroups,
  listRecordings,
  type Recording,
  readDevice,
  readRecording,
} from './api.ts';
import { applied, type Directory, withChannels, withDevice } from './directory.ts';
import { followEvents, type GatewayEvent } from './events.ts';
import { AGAIN_MS, Complaint, mayPass } from './parts/again.ts';
import { go } from './route.ts';
import { forgetToken, token } from './session.ts';
import { Store } from './store.ts';
import { restWhileHidden } from './tabs.ts';

export type { Directory } from './directory.ts';

/** Events come in swarms (a switch goes off and a hundred cameras with it): drawn once for all of them. */
const DRAW_MS = 50;
/** What an event only hints at is read this much later, once for all that hint at it. */
const READ_MS = 250;
/** More devices than this at once (the gateway was restarted): one reading of everything is cheaper. */
const READ_ALL_ABOVE = 20;

/** What the views show of the gateway, kept true by its events. `null` while it is being read. */
export const directory = new Store<Directory | null>(null);
/** Newest first. */
export const recordings = new Store<readonly Recording[] | null>(null);
/** False while the gateway cannot be reached. */
export const isLinked = new Store(true);
export const isSignedOut = new Store(false);
/** True when a token that was good before is refused now: it ran out or was changed. */
export const hasExpired = new Store(false);
/** The last thing that went wrong and was nobody's click: `''` when the gateway said nothing. */
export const fault = new Store<string | null>(null);

const listeners = new Set<(event: GatewayEvent) => void>();

/** Every event of the gateway from now on; the answer stops it. For views that show more than the lists. */
export function onEvent(listener: (event: GatewayEvent) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The gateway refuses the token: what it showed is put away and the sign-in appears. */
export function refused(): void {
  if (isSignedOut.value) return;
  hasExpired.set(directory.value !== null);
  forgetShown();
  isSignedOut.set(true);
}

/**
 * For the `catch` of a view: a refused token leads to the sign-in, all else to the banner. The answer takes it off again, for who asked once more
 * and was answered; it leaves alone what the banner has said since.
 */
export function failed(error: unknown): () => void {
  if (error instanceof ApiFault && error.status === 401) {
    refused();
    return () => {};
  }
  const said = error instanceof ApiFault ? error.message : '';
  fault.set(said);
  return () => {
    if (fault.value === said) fault.set(null);
  };
}

/** Who signs out leaves nothing behind for the next one at this screen. */
export function signOut(): void {
  forgetToken();
  hasExpired.set(false);
  forgetShown();
  isSignedOut.set(true);
  go('#/live', 'replace');
}

function forgetShown(): void {
  directory.set(null);
  recordings.set(null);
  fault.set(null);
}

/** Counts sign-ins: an answer to the one before is thrown away. */
let round = 0;
/** For each reading of everything under way the events that came meanwhile: the answer may be older than they are. */
const meanwhile = new Set<GatewayEvent[]>();

async function readDirectory(): Promise<void> {
  const mine = round;
  const missed: GatewayEvent[] = [];
  meanwhile.add(missed);
  try {
    const [devices, channels, groups] = await Promise.all([listDevices(), listChannels(), listGroups()]);
    if (mine !== round) return;
    directory.set(applied({ devices, channels, groups }, missed).directory);
    complaint.end();
    // It can be reached; what else is said is not about these lists.
    if (fault.value === '') fault.set(null);
  } catch (error) {
    if (mine === round) failedReading(error);
  }
  meanwhile.delete(missed);
}

/** Reads the recordings again. */
export async function readRecordings(): Promise<void> {
  const mine = round;
  try {
    const all = await listRecordings();
    if (mine === round) recordings.set(all.sort((a, b) => Date.parse(b.start) - Date.parse(a.start)));
  } catch (error) {
    if (mine === round) failedReading(error);
  }
}

const complaint = new Complaint(failed);

/** Nothing of the page works without these lists: they are asked for until they come. */
function failedReading(error: unknown): void {
  complaint.fault(error);
  if (mayPass(error)) soon(readAgain, AGAIN_MS);
}

const staleDevices = new Set<string>();
const staleChannels = new Set<string>();
const staleRecordings = new Set<string>();

function change(next: (now: Directory) => Directory): void {
  if (directory.value !== null) directory.set(next(directory.value));
}

async function readStaleDevice(id: string): Promise<void> {
  const device = await readDevice(id);
  change((now) => withDevice(now, id, device));
}

async function readStaleChannels(id: string): Promise<void> {
  const [channels, groups] = await Promise.all([listChannels(id), listGroups(id)]);
  change((now) => withChannels(now, id, channels, groups));
}

async function readStaleRecording(id: string): Promise<void> {
  const fresh = await readRecording(id);
  const others = (recordings.value ?? []).filter((one) => one.id !== id);
  const all = fresh === null ? others : [fresh, ...others];
  recordings.set(all.sort((a, b) => Date.parse(b.start) - Date.parse(a.start)));
}

async function readStale(): Promise<void> {
  const mine = round;
  const [devices, channels, changed] = [staleDevices, staleChannels, staleRecordings].map((set) => [...set]);
  for (const set of [staleDevices, staleChannels, staleRecordings]) set.clear();
  try {
    if (new Set([...(devices ?? []), ...(channels ?? [])]).size > READ_ALL_ABOVE) await readDirectory();
    else {
      await Promise.all((devices ?? []).map(readStaleDevice));
      await Promise.all((channels ?? []).map(readStaleChannels));
    }
    await Promise.all((changed ?? []).map(readStaleRecording));
  } catch (error) {
    // A device that was deleted meanwhile: its event says so.
    if (mine === round && !(error instanceof ApiFault && error.status === 404)) failed(error);
  }
}

let waiting: GatewayEvent[] = [];
const timers = new Map<() => void, number>();

/** Calls `job` once, `ms` after the first time it was asked for. */
function soon(job: () => void, ms: number): void {
  if (timers.has(job)) return;
  const timer = window.setTimeout(() => {
    timers.delete(job);
    job();
  }, ms);
  timers.set(job, timer);
}

function draw(): void {
  const events = waiting;
  waiting = [];
  for (const missed of meanwhile) missed.push(...events);
  if (directory.value === null) return;
  const next = applied(directory.value, events);
  directory.set(next.directory);
  for (const id of next.staleDevices) staleDevices.add(id);
  for (const id of next.staleChannels) staleChannels.add(id);
  if (staleDevices.size + staleChannels.size > 0) soon(readNow, READ_MS);
}

const readNow = () => void readStale();
const readEverything = () => {
  void readDirectory();
  void readRecordings();
};
/** The same, as a job of its own: one that is due soon does not wait for it. */
const readAgain = () => readEverything();

function take(event: GatewayEvent): void {
  if (/^(device|channel|catalog)\./.test(event.type)) {
    waiting.push(event);
    soon(draw, DRAW_MS);
  } else if (event.type.startsWith('recording.')) {
    const { recordingId } = event.data;
    if (typeof recordingId === 'string') staleRecordings.add(recordingId);
    soon(readNow, DRAW_MS);
  }
  for (const listener of [...listeners]) listener(event);
}

/** Reads everything and follows the gateway until the answer is called; again after a sign-in. */
export function followGateway(): () => void {
  let following = new AbortController();
  round++;
  complaint.end();
  readEverything();
  let hasBeenLinked = false;
  const follow = () => {
    following = new AbortController();
    void followEvents(following.signal, {
      event: take,
      link(isUp) {
        isLinked.set(isUp);
        // What happened while the link was down may be gone from the gateway's memory: read everything again.
        if (isUp && hasBeenLinked) soon(readEverything, READ_MS);
        hasBeenLinked ||= isUp;
      },
      refused,
    });
  };
  follow();
  const stopResting = restWhileHidden(() => {
    following.abort();
    isLinked.set(false);
  }, follow);
  return () => {
    stopResting();
    following.abort();
    round++;
    waiting = [];
    for (const timer of timers.values()) window.clearTimeout(timer);
    timers.clear();
    for (const set of [staleDevices, staleChannels, staleRecordings]) set.clear();
  };
}

/** True when somebody signed in: a gateway without authentication has nobody to sign out. */
export function hasToken(): boolean {
  return token() !== null;
}
