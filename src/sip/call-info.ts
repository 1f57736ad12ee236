import type { CallStanding, InfoAnswer } from './call.ts';
import type { CallRow } from './call-row.ts';
import type { Outbox } from './camera/outbox.ts';
import { buildInfo, buildOptions, type Dialogue } from './dialog.ts';
import type { Exchange } from './exchange.ts';
import type { Peer } from './peer.ts';
import type { SipRequest, SipResponse } from './wire/message.ts';

/** What a request inside of a call needs of the table of calls. */
export interface InsidePorts {
  readonly exchange: Exchange;
  readonly outbox: Outbox;
  readonly store: { put(dialogue: Dialogue): void };
  peerOf(deviceId: string): Peer | null;
  nowMs(): number;
}

/** A call that may be up: its dialogue while it is, and where the counted one goes. */
export interface Standing {
  readonly deviceId: string;
  dialogue(): Dialogue | null;
  keep(counted: Dialogue): void;
}

/** A request inside of a call holds the line of the device until its answer, at most so long. */
const HOLD_MS = 2_000;
/** A MANSRTSP answer has some hundred bytes (GB/T 28181 annex B); what is longer is none. */
const MAX_ANSWER_CHARACTERS = 4_096;

/** Sends an INFO inside the dialogue of a call (RFC 6086; GB/T 28181 9.8: control of a playback). */
export function sendInfo(row: CallRow, ports: InsidePorts, contentType: string, body: string): Promise<InfoAnswer> {
  return ask(standingOf(row), ports, (dialogue) => buildInfo(dialogue, contentType, Buffer.from(body, 'utf8')));
}

/** The dialogue of a call of ours. */
export function standingOf(row: CallRow): Standing {
  return {
    deviceId: row.options.deviceId,
    dialogue: () => (row.state === 'up' ? row.dialogue : null),
    keep: (counted) => {
      row.dialogue = counted;
    },
  };
}

/**
 * Whether a device that registered anew still knows a call (RFC 3261 12.2.2: one that does not answers 481). Devices answer an OPTIONS
 * in many ways, or not at all: only that one says `no`.
 */
export async function askStanding(call: Standing, ports: InsidePorts): Promise<CallStanding> {
  const { status } = await ask(call, ports, buildOptions);
  if (status === 481) return 'no';
  return status < 300 ? 'yes' : 'unknown';
}

function ask(
  call: Standing,
  ports: InsidePorts,
  build: (dialogue: Dialogue) => { request: SipRequest; dialogue: Dialogue },
): Promise<InfoAnswer> {
  return new Promise((resolve) => {
    const run = (done: (nowMs: number) => void, nowMs: number): void => {
      const peer = ports.peerOf(call.deviceId);
      const standing = call.dialogue();
      if (standing === null || peer === null) {
        done(nowMs);
        resolve({ status: 481, body: '' });
        return;
      }
      const { request, dialogue } = build(standing);
      call.keep(dialogue);
      ports.store.put(dialogue);
      const settle = (status: number, text: string, atMs: number): void => {
        done(atMs);
        resolve({ status, body: text });
      };
      const waiting = {
        onResponse: (response: SipResponse, _: Peer, atMs: number) => {
          if (response.status < 200) return;
          settle(response.status, Buffer.from(response.body).toString('utf8').slice(0, MAX_ANSWER_CHARACTERS), atMs);
        },
        onFailed: (_: string, atMs: number) => settle(408, '', atMs),
      };
      ports.exchange.request(request, peer, waiting, nowMs);
    };
    const task = { urgent: false, holdMs: HOLD_MS, run };
    if (!ports.outbox.add(call.deviceId, task, ports.nowMs())) resolve({ status: 503, body: '' });
  });
}
