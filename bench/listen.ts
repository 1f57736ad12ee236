/** Child of the talk bench: takes datagrams and says when each came, by its SSRC and time stamp. CLOCK_MONOTONIC. */
import dgram from 'node:dgram';

/** Of one voice: the time stamp of each packet and when it came, ms. */
export interface HeardPackets {
  readonly ssrc: number;
  readonly timestamps: number[];
  readonly cameMs: number[];
}

const heard = new Map<number, HeardPackets>();
const socket = dgram.createSocket('udp4');
socket.on('message', (packet) => {
  const cameMs = Number(process.hrtime.bigint()) / 1e6;
  const ssrc = packet.readUInt32BE(8);
  let voice = heard.get(ssrc);
  if (voice === undefined) {
    voice = { ssrc, timestamps: [], cameMs: [] };
    heard.set(ssrc, voice);
  }
  voice.timestamps.push(packet.readUInt32BE(4));
  voice.cameMs.push(cameMs);
});
socket.bind(0, '127.0.0.1', () => process.send?.({ port: socket.address().port }));
process.on('message', () => {
  process.send?.({ heard: [...heard.values()] });
});
process.on('disconnect', () => process.exit(0));
