import {
  ApiFault,
  type Channel,
  type Device,
  listChannels,
  listDevices,
  listRecordings,
  type Recording,
} from './api.ts';
import { followEvents, type GatewayEvent } from './events.ts';
import { token } from './session.ts';
import { Store } from './store.ts';

/** Many events come together (a catalogue of a thousand channels): the lists are read once for all of them. */
const GATHER_MS = 250;

/** Devices with their channels. */
export interface Directory {
  readonly devices: readonly Device[];
  readonly channels: readonly Channel[];
}

/** What the views show of the gateway, kept true by its events. `null` while it is being read. */
export const directory = new Store<Directory | null>(null);
/** Newest first. */
export const recordings = new Store<readonly Recording[] | null>(null);
/** False while the gateway cannot be reached. */
export const isLinked = new Store(true);
export const isSignedOut = new Store(false);
/** The last thing that went wrong and was nobody's click: `''` when the gateway said nothing. */
export const fault = new Store<string | null>(null);

const listeners = new Set<(event: GatewayEvent) => void>();

/** Every event of the gateway from now on; the answer stops it. For views that show more than the lists. */
export function onEvent(listener: (event: GatewayEvent) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** For the `catch` of a view: a refused token leads to the sign-in, all else to the banner. */
export function failed(error: unknown): void {
  if (error instanceof ApiFault && error.status === 401) isSignedOut.set(true);
  else fault.set(error instanceof ApiFault ? error.message : '');
}

async function readDirectory(): Promise<void> {
  try {
    const [devices, channels] = await Promise.all([listDevices(), listChannels()]);
    directory.set({ devices, channels });
    fault.set(null);
  } catch (error) {
    failed(error);
  }
}

/** Reads the recordings again. */
export async function readRecordings(): Promise<void> {
  try {
    const all = await listRecordings();
    recordings.set(all.sort((a, b) => Date.parse(b.start) - Date.parse(a.start)));
  } catch (error) {
    failed(error);
  }
}

const gathering = new Map<() => Promise<void>, number>();

function gather(read: () => Promise<void>): void {
  if (gathering.has(read)) return;
  const timer = window.setTimeout(() => {
    gathering.delete(read);
    void read();
  }, GATHER_MS);
  gathering.set(read, timer);
}

function take(event: GatewayEvent): void {
  if (/^(device|channel|catalog)\./.test(event.type)) gather(readDirectory);
  else if (event.type.startsWith('recording.')) gather(readRecordings);
  for (const listener of [...listeners]) listener(event);
}

/** Reads everything and follows the gateway until the answer is called; again after a sign-in. */
export function followGateway(): () => void {
  const following = new AbortController();
  void readDirectory();
  void readRecordings();
  let hasBeenLinked = false;
  void followEvents(following.signal, take, (isUp) => {
    isLinked.set(isUp);
    // What happened while the link was down may be gone from the gateway's memory: read everything again.
    if (isUp && hasBeenLinked) {
      gather(readDirectory);
      gather(readRecordings);
    }
    hasBeenLinked ||= isUp;
  });
  return () => {
    following.abort();
    for (const timer of gathering.values()) window.clearTimeout(timer);
    gathering.clear();
  };
}

/** True when somebody signed in: a gateway without authentication has nobody to sign out. */
export function hasToken(): boolean {
  return token() !== null;
}
