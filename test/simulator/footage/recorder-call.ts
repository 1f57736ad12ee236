import { type TimeMark, timeMarksIn } from '../../../src/simulator/footage/time-mark.ts';
import { type Nvr, type NvrOptions, startNvr } from '../../support/nvr.ts';
import { type Heard, Platform, SERVER_ID } from '../platform.ts';
import { type Collector, collectTcp, collectUdp, elementary, rtp } from '../receive.ts';

export const NVR_ID = '34020000001180000001';

export interface Meeting {
  readonly platform: Platform;
  readonly nvr: Nvr;
  /** Closed with the test. */
  readonly receivers: Collector[];
}

type Cleanup = { after(run: () => Promise<void> | void): void };

/** A recorder that is registered at a scripted platform. */
export async function meetNvr(t: Cleanup, o: Partial<NvrOptions> = {}): Promise<Meeting> {
  const platform = await Platform.open({ password: '12345678' });
  const nvr = await startNvr(platform.port, { id: NVR_ID, ...o });
  const receivers: Collector[] = [];
  t.after(async () => {
    await nvr.stop();
    for (const receiver of receivers) receiver.close();
    platform.close();
  });
  if (!(await nvr.simulator.whenRegistered(10_000))) throw new Error('not registered');
  return { platform, nvr, receivers };
}

export interface Asked {
  readonly name: 'Playback' | 'Download';
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly transport?: 'udp' | 'tcp-passive' | 'tcp-active';
  readonly speed?: number;
  readonly source?: string | null;
  readonly channel?: number;
}

let calls = 0;

/** One call for footage, the platform's side of it. */
export class RecorderCall {
  readonly callId: string;
  readonly answer: Heard;
  readonly receiver: Collector;
  readonly #meeting: Meeting;
  readonly #to: string;
  #cseq = 1;

  private constructor(meeting: Meeting, to: string, callId: string, answer: Heard, receiver: Collector) {
    this.#meeting = meeting;
    this.#to = to;
    this.callId = callId;
    this.answer = answer;
    this.receiver = receiver;
  }

  static async invite(meeting: Meeting, asked: Asked): Promise<RecorderCall> {
    const { nvr, platform } = meeting;
    const transport = asked.transport ?? 'tcp-passive';
    const receiver = transport === 'udp' ? await collectUdp() : await collectTcp(transport === 'tcp-passive');
    meeting.receivers.push(receiver);
    const to = nvr.channels[asked.channel ?? 0]!;
    const callId = `history-${++calls}`;
    const tcp = transport !== 'udp';
    const source = asked.source === undefined ? `${to}:0` : asked.source;
    const body = [
      'v=0',
      `o=${SERVER_ID} 0 0 IN IP4 127.0.0.1`,
      `s=${asked.name}`,
      ...(source === null ? [] : [`u=${source}`]),
      'c=IN IP4 127.0.0.1',
      `t=${asked.startSeconds} ${asked.endSeconds}`,
      `m=video ${receiver.port} ${tcp ? 'TCP/' : ''}RTP/AVP 96`,
      'a=recvonly',
      'a=rtpmap:96 PS/90000',
      ...(tcp ? [`a=setup:${transport === 'tcp-passive' ? 'passive' : 'active'}`, 'a=connection:new'] : []),
      ...(asked.name === 'Download' ? [`a=downloadspeed:${asked.speed ?? 8}`] : []),
      'y=1200000001',
      '',
    ].join('\r\n');
    platform.send(nvr.id, platform.request('INVITE', { to, callId, type: 'application/sdp', body }));
    const answer = await platform.next((heard) => heard.status >= 200 && heard.header('Call-ID') === callId);
    const call = new RecorderCall(meeting, to, callId, answer, receiver);
    call.send('ACK', 1);
    if (answer.status === 200 && transport === 'tcp-active')
      receiver.dial(Number(/m=video (\d+)/.exec(answer.body)?.[1]));
    return call;
  }

  send(method: string, cseq: number, type?: string, body?: string): void {
    const { nvr, platform } = this.#meeting;
    const more = { ...(type === undefined ? {} : { type }), ...(body === undefined ? {} : { body }) };
    platform.send(nvr.id, platform.request(method, { to: this.#to, callId: this.callId, cseq, ...more }));
  }

  /** An INFO with this body, and what was answered. */
  info(...lines: string[]): Promise<Heard> {
    const cseq = ++this.#cseq;
    this.send('INFO', cseq, 'Application/MANSRTSP', [...lines, '', ''].join('\r\n'));
    return this.#meeting.platform.next(
      (heard) => heard.status > 0 && heard.header('CSeq') === `${cseq} INFO` && heard.header('Call-ID') === this.callId,
    );
  }

  /** The device's MediaStatus, in this dialogue or in another. */
  mediaStatus(timeoutMs = 15_000): Promise<Heard> {
    return this.#meeting.platform.next(
      (heard) => heard.method === 'MESSAGE' && heard.body.includes('MediaStatus'),
      timeoutMs,
    );
  }

  async bye(): Promise<void> {
    const cseq = ++this.#cseq;
    this.send('BYE', cseq);
    await this.#meeting.platform.next((heard) => heard.header('CSeq') === `${cseq} BYE`);
  }

  /** The program stream as received so far. */
  stream(): Buffer {
    return Buffer.concat(this.receiver.packets.map((packet) => rtp(packet).payload));
  }

  marks(): TimeMark[] {
    return timeMarksIn(elementary(this.stream()).video);
  }

  times(): number[] {
    return timeMarksIn(this.stream()).map((mark) => mark.contentEpochMs);
  }
}
