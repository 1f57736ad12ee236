/** Whoever begins to listen in the middle of a TCP stream hears it from a frame on: a capture of it can be read. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Feed } from '../../src/media/feed.ts';
import { PortPool } from '../../src/media/ingest/port-pool.ts';
import { Deframer } from '../../src/media/ingest/rfc4571.ts';
import { Receiver } from '../../src/media/receiver.ts';
import { camera } from '../media/camera.ts';
import { accessUnits, h264 } from '../media/clips.ts';

const packets = camera({ units: accessUnits(h264({ frames: 10 }), 'h264') }).map(({ packet }) => packet);
const bytes = Buffer.concat(
  packets.flatMap((packet) => [Buffer.from([packet.length >> 8, packet.length & 255]), packet]),
);

it('over TCP, wherever the listening began', () => {
  for (let begun = 1; begun < 6000; begun += 61) {
    const receiver = new Receiver({
      transport: 'tcp-passive',
      pool: new PortPool({ host: '', first: 1, last: 0 }),
      ssrc: 1,
      feed: new Feed({ reorder: null }),
      onEvent: () => {},
      now: () => 0,
    });
    const connection = receiver.accept('10.0.0.2', 9000)!;
    connection.onBytes(bytes.subarray(0, begun));
    const heard: Buffer[] = [];
    receiver.listen({
      datagram: () => assert.fail('there is no datagram'),
      stream(piece, host, port) {
        assert.deepEqual([host, port], ['10.0.0.2', 9000]);
        heard.push(Buffer.from(piece));
      },
    });
    connection.onBytes(bytes.subarray(begun, 9000));
    receiver.listen(null);
    connection.onBytes(bytes.subarray(9000));
    const all = Buffer.concat(heard);
    assert.ok(bytes.subarray(0, 9000).subarray(-all.length).equals(all), 'exactly what came');
    const first: Buffer[] = [];
    const deframer = new Deframer((packet) => first.push(Buffer.from(packet)));
    assert.ok(deframer.push(all));
    assert.equal(deframer.counts.resyncs, 0, `begun at ${begun}`);
    assert.ok(packets.some((packet) => packet.equals(first[0]!)));
    receiver.close({ byeAnswered: true });
  }
});

it('over UDP: every datagram, also those that are refused, with the port it came to', () => {
  const receiver = new Receiver({
    transport: 'udp',
    pool: new PortPool({ host: '', first: 1, last: 0 }),
    ssrc: 1,
    feed: new Feed({ reorder: null }),
    onEvent: () => {},
    now: () => 0,
  });
  const heard: unknown[] = [];
  receiver.listen({
    datagram: (piece, host, port, localPort) => heard.push([piece.length, host, port, localPort]),
    stream: () => assert.fail('there is no stream'),
  });
  receiver.datagram(packets[0]!, '10.0.0.2', 9000, 30000);
  receiver.datagram(Buffer.from('no RTP'), '10.0.0.3', 9, 30001);
  assert.deepEqual(heard, [
    [packets[0]!.length, '10.0.0.2', 9000, 30000],
    [6, '10.0.0.3', 9, 30001],
  ]);
  receiver.close({ byeAnswered: true });
  receiver.datagram(packets[1]!, '10.0.0.2', 9000, 30000);
  assert.equal(heard.length, 2, 'a closed one hears nothing');
});
