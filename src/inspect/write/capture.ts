/** Puts one stream's signalling and media, as seen at our sockets, into the bytes of a pcapng file. Sans-IO: time and bytes in, blocks out. */
import type { SeenMessage } from './dialogues.ts';
import { type End, TcpTalk, udpPacket } from './packets.ts';
import { captureHead, packetBlock } from './pcapng.ts';
import type { Redaction } from './redact.ts';

/** TCP connections of one capture: a stream that is made again and again has a few; beyond this a flood of strangers is left out. */
export const MAX_TALKS = 256;

export interface CaptureOptions {
  /** Stands in the file for whoever opens it. */
  readonly comment: string;
  /** Our SIP address on the way to a peer. */
  sipEnd(peerHost: string): End;
  /** Our media address on the way to a peer, without port. */
  mediaHost(peerHost: string): string;
  /** null: ids stay as they are. */
  readonly redaction: Redaction | null;
  /** Gets every piece of the file, in order. */
  out(bytes: Buffer): void;
}

export class Capture {
  readonly #o: CaptureOptions;
  readonly #talks = new Map<string, TcpTalk>();
  packets = 0;

  constructor(options: CaptureOptions) {
    this.#o = options;
    options.out(captureHead('gbgate', options.comment));
  }

  /** One SIP message; TLS is written as the TCP that was inside of it. */
  message({ direction, bytes, peer, epochMs }: SeenMessage): void {
    const shown = this.#o.redaction?.message(bytes) ?? bytes;
    const ours = this.#o.sipEnd(peer.host);
    if (peer.transport !== 'udp') {
      this.#tcp(
        `sip ${peer.connection ?? ''} ${peer.host} ${peer.port}`,
        peer,
        ours,
        direction === 'in',
        shown,
        epochMs,
      );
      return;
    }
    const [from, to] = direction === 'in' ? [peer, ours] : [ours, peer];
    this.#write(udpPacket(from, to, shown), epochMs);
  }

  /** One datagram of media, RTP or RTCP or whatever it is. */
  datagram(bytes: Uint8Array, from: End, localPort: number, epochMs: number): void {
    this.#write(udpPacket(from, { host: this.#o.mediaHost(from.host), port: localPort }, bytes), epochMs);
  }

  /** Bytes of a media connection. `weDialled`: TCP active, the handshake was ours. */
  stream(bytes: Uint8Array, from: End, localPort: number, weDialled: boolean, epochMs: number): void {
    const ours = { host: this.#o.mediaHost(from.host), port: localPort };
    const key = `media ${localPort} ${from.host} ${from.port}`;
    if (weDialled) this.#tcp(key, ours, from, false, bytes, epochMs);
    else this.#tcp(key, from, ours, true, bytes, epochMs);
  }

  #tcp(key: string, opener: End, listener: End, fromOpener: boolean, bytes: Uint8Array, epochMs: number): void {
    let talk = this.#talks.get(key);
    if (talk === undefined) {
      if (this.#talks.size >= MAX_TALKS) return;
      talk = new TcpTalk(opener, listener);
      this.#talks.set(key, talk);
    }
    for (const packet of talk.packets(fromOpener, bytes)) this.#write(packet, epochMs);
  }

  #write(packet: Buffer | null, epochMs: number): void {
    if (packet === null) return;
    this.packets += 1;
    this.#o.out(packetBlock(epochMs, packet));
  }
}
