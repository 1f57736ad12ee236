import type { InfoAnswer } from './call.ts';
import type { CallRow } from './call-row.ts';
import type { Outbox } from './camera/outbox.ts';
import { buildInfo, type Dialogue } from './dialog.ts';
import type { Exchange } from './exchange.ts';
import type { Peer } from './peer.ts';
import type { SipResponse } from './wire/message.ts';

/** What an INFO needs of the table of calls. */
export interface InfoPorts {
  readonly exchange: Exchange;
  readonly outbox: Outbox;
  readonly store: { put(dialogue: Dialogue): void };
  peerOf(deviceId: string): Peer | null;
  nowMs(): number;
}

/** An INFO holds the line of the device until its answer, at most so long. */
const INFO_HOLD_MS = 2_000;
/** A MANSRTSP answer has some hundred bytes (GB/T 28181 annex B); what is longer is none. */
const MAX_ANSWER_CHARACTERS = 4_096;

/** Sends an INFO inside the dialogue of a call (RFC 6086; GB/T 28181 9.8: control of a playback). */
export function sendInfo(row: CallRow, ports: InfoPorts, contentType: string, body: string): Promise<InfoAnswer> {
  return new Promise((resolve) => {
    const run = (done: (nowMs: number) => void, nowMs: number): void => {
      const peer = ports.peerOf(row.options.deviceId);
      if (row.state !== 'up' || row.dialogue === null || peer === null) {
        done(nowMs);
        resolve({ status: 481, body: '' });
        return;
      }
      const { request, dialogue } = buildInfo(row.dialogue, contentType, Buffer.from(body, 'utf8'));
      row.dialogue = dialogue;
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
    const task = { urgent: false, holdMs: INFO_HOLD_MS, run };
    if (!ports.outbox.add(row.options.deviceId, task, ports.nowMs())) resolve({ status: 503, body: '' });
  });
}
