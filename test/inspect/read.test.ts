/** Readers of files, by hand-made bytes: every kind, cut at every byte, bounded. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { ByteQueue } from '../../src/inspect/read/byte-queue.ts';
import type { CaptureReader } from '../../src/inspect/read/capture-file.ts';
import { FRAGMENT_PATIENCE_MS, IpLayer, MAX_OPEN_DATAGRAMS } from '../../src/inspect/read/ip.ts';
import { ipStart, NOT_IP, UNKNOWN_LINK } from '../../src/inspect/read/link.ts';
import { isPcap, MAX_PACKET_BYTES, PcapReader } from '../../src/inspect/read/pcap.ts';
import { isPcapng, MAX_INTERFACES, MAX_OPTION_BYTES, PcapngReader } from '../../src/inspect/read/pcapng.ts';
import { isRtpdump, MAX_LINE_BYTES, RtpdumpReader } from '../../src/inspect/read/rtpdump.ts';
import {
  GAP_PATIENCE_MS,
  MAX_CONNECTIONS,
  MAX_WAITING_BYTES,
  MAX_WAITING_SEGMENTS,
  MAX_WAITING_TOTAL_BYTES,
  type TcpHalf,
  TcpStreams,
} from '../../src/inspect/read/tcp.ts';
import { block, enhanced, ethernet, interfaceBlock, ipv4, pcap, section, tcp, udp } from './files.ts';

const T = 1_700_000_000_000;
const frames = [
  { epochMs: T, frame: Buffer.from('one') },
  { epochMs: T + 0.125, frame: Buffer.from('second frame'), wireBytes: 1000 },
  { epochMs: T + 1500.5, frame: Buffer.alloc(0) },
];

type Seen = [epochMs: number, linkType: number, text: string, wireBytes: number];

/** Everything a reader says of a file given in these pieces. */
function read(make: (sink: { packet(...args: never[]): void }) => CaptureReader, pieces: readonly Uint8Array[]) {
  const seen: Seen[] = [];
  const reader = make({
    packet: (epochMs: number, linkType: number, bytes: Uint8Array, wireBytes: number) =>
      seen.push([Math.round(epochMs * 1000) / 1000, linkType, Buffer.from(bytes).toString(), wireBytes]),
  } as never);
  let fault: string | null = null;
  for (const piece of pieces) fault ??= reader.push(piece)?.fault ?? null;
  return { seen, fault, isCut: reader.isCut };
}
const readPcap = (...pieces: Uint8Array[]) => read((sink) => new PcapReader(sink as never), pieces);
const readPcapng = (...pieces: Uint8Array[]) => read((sink) => new PcapngReader(sink as never), pieces);

describe('pcap', () => {
  const expected: Seen[] = [
    [T, 1, 'one', 3],
    [T + 0.125, 1, 'second frame', 1000],
    [T + 1500.5, 1, '', 0],
  ];

  for (const little of [true, false])
    for (const nanoseconds of [true, false])
      it(`${little ? 'little' : 'big'} endian, ${nanoseconds ? 'nano' : 'micro'}seconds, cut at every byte`, () => {
        const file = pcap(1, frames, { little, nanoseconds });
        assert.ok(isPcap(file));
        for (let cut = 0; cut <= file.length; cut += 1) {
          const { seen, fault, isCut } = readPcap(file.subarray(0, cut), file.subarray(cut));
          assert.deepEqual([seen, fault, isCut], [expected, null, false], `cut at ${cut}`);
          const half = readPcap(file.subarray(0, cut));
          assert.equal(half.fault, null);
          const whole = [24, 43, 71, 87].includes(cut);
          assert.equal(half.isCut, !whole, `a file of ${cut} bytes`);
        }
      });

  it('a link type with a frame check sequence is the same link', () => {
    const file = pcap(0x2400_0001, frames);
    assert.equal(readPcap(file).seen[0]?.[1], 1);
  });

  it('the longer record headers of Kuznetzov’s libpcap', () => {
    const file = pcap(1, [frames[0]!]);
    file.writeUInt32LE(0xa1b2cd34, 0);
    const longer = Buffer.concat([file.subarray(0, 40), Buffer.alloc(8), file.subarray(40)]);
    assert.deepEqual(readPcap(longer).seen, [expected[0]]);
  });

  it('a packet longer than any is a damaged file', () => {
    const file = pcap(1, frames);
    file.writeUInt32LE(MAX_PACKET_BYTES + 1, 24 + 8);
    assert.match(readPcap(file).fault ?? '', /claims 1048577 bytes: the file is damaged/);
  });
});

describe('pcapng', () => {
  const nano = interfaceBlock(1, [[9, Buffer.from([9])]]);
  const binary = interfaceBlock(101, [
    [2, Buffer.from('eth0')],
    [9, Buffer.from([0x80 | 10])],
    [14, Buffer.from('0a00000000000000', 'hex')],
  ]);
  const file = Buffer.concat([
    section(),
    nano,
    binary,
    block(0x0000_0bad, Buffer.from('a block of another kind')),
    enhanced(0, BigInt(T) * 1_000_000n + 1_234_000n, Buffer.from('nano')),
    enhanced(1, 2048n, Buffer.from('binary, and 10 s later')),
    block(3, Buffer.concat([Buffer.from([6, 0, 0, 0]), Buffer.from('simple')])),
    block(2, Buffer.concat([Buffer.from('0100000000000000000400000300000003000000', 'hex'), Buffer.from('old')])),
    section(false),
    interfaceBlock(113, [], false),
    enhanced(0, 1_000_000n, Buffer.from('big endian'), false),
  ]);
  const expected: Seen[] = [
    [T + 1.234, 1, 'nano', 4],
    [12_000, 101, 'binary, and 10 s later', 22],
    [12_000, 1, 'simple', 6],
    [11_000, 101, 'old', 3],
    [1000, 113, 'big endian', 10],
  ];

  it('several sections, interfaces, resolutions, kinds of blocks; cut at every byte', () => {
    assert.ok(isPcapng(file));
    for (let cut = 0; cut <= file.length; cut += 1) {
      const { seen, fault, isCut } = readPcapng(file.subarray(0, cut), file.subarray(cut));
      assert.deepEqual([seen, fault, isCut], [expected, null, false], `cut at ${cut}`);
    }
    assert.equal(readPcapng(file.subarray(0, -1)).isCut, true);
    assert.equal(readPcapng().isCut, true);
  });

  it('a block of no interest may be longer than memory: it is stepped over', () => {
    const long = Buffer.alloc(12);
    long.writeUInt32LE(0x99, 0);
    long.writeUInt32LE(8 * 1024 * 1024, 4);
    const pieces = Array.from({ length: 7 }, () => Buffer.alloc(1024 * 1024));
    const rest = Buffer.alloc(1024 * 1024 - 12);
    const { seen, fault } = readPcapng(section(), nano, long, ...pieces, rest, enhanced(0, 0n, Buffer.from('behind')));
    assert.deepEqual([seen.map(([, , text]) => text), fault], [['behind'], null]);
  });

  const damaged: [string, Buffer, RegExp][] = [
    ['no section first', nano, /no pcapng/],
    ['no byte order', Buffer.concat([section().subarray(0, 8), Buffer.alloc(20)]), /no byte order/],
    [
      'an odd length',
      Buffer.concat([section(), Buffer.from('06000000', 'hex'), Buffer.from('21000000', 'hex'), Buffer.alloc(40)]),
      /claims 33 bytes/,
    ],
    [
      'a packet longer than its block',
      Buffer.concat([section(), nano, block(6, Buffer.alloc(20, 0xff))]),
      /longer than its block/,
    ],
    ['a short packet block', Buffer.concat([section(), nano, block(6, Buffer.alloc(4))]), /too short/],
    ['a short interface', Buffer.concat([section(), block(1, Buffer.alloc(4))]), /too short/],
    [
      'a packet block that would fill memory',
      Buffer.concat([
        section(),
        Buffer.from([6, 0, 0, 0]),
        le32(MAX_PACKET_BYTES + MAX_OPTION_BYTES + 4),
        Buffer.alloc(8),
      ]),
      /damaged/,
    ],
    [
      'too many interfaces',
      Buffer.concat([section(), ...Array.from({ length: MAX_INTERFACES + 1 }, () => interfaceBlock(1))]),
      /more than 1024/,
    ],
  ];
  for (const [what, bytes, sentence] of damaged)
    it(`${what} is one sentence`, () => assert.match(readPcapng(bytes).fault ?? '', sentence));

  it('a packet of an interface that was never described is counted, not made up', () => {
    const reader = new PcapngReader({ packet: () => assert.fail('a packet of no interface') });
    assert.equal(reader.push(Buffer.concat([section(), enhanced(3, 0n, Buffer.from('x'))])), null);
    assert.equal(reader.strayPackets, 1);
  });
});

function le32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

describe('rtpdump', () => {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(1_700_000_000, 0);
  header.writeUInt32BE(500_000, 4);
  const record = (ms: number, wire: number, bytes: string) => {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(8 + bytes.length, 0);
    head.writeUInt16BE(wire, 2);
    head.writeUInt32BE(ms, 4);
    return Buffer.concat([head, Buffer.from(bytes)]);
  };
  const file = Buffer.concat([
    Buffer.from('#!rtpplay1.0 192.0.2.7/30000\n'),
    header,
    record(0, 3, 'rtp'),
    record(40, 0, 'rtcp'),
    record(80, 1400, 'cut'),
  ]);

  it('addresses, times and lengths; cut at every byte', () => {
    assert.ok(isRtpdump(file));
    for (let cut = 0; cut <= file.length; cut += 1) {
      const seen: unknown[] = [];
      const reader = new RtpdumpReader({
        begin: (host, port) => seen.push([host, port]),
        packet: (epochMs, bytes, wireBytes) => seen.push([epochMs, Buffer.from(bytes).toString(), wireBytes]),
      });
      for (const piece of [file.subarray(0, cut), file.subarray(cut)]) assert.equal(reader.push(piece), null);
      assert.equal(reader.isCut, false);
      assert.deepEqual(seen, [
        ['192.0.2.7', 30000],
        [T + 500, 'rtp', 3],
        [T + 540, 'rtcp', 4],
        [T + 580, 'cut', 1400],
      ]);
    }
  });

  it('a first line without end, of another kind, and a record without length are sentences', () => {
    const fault = (bytes: Buffer) => new RtpdumpReader({ begin: () => {}, packet: () => {} }).push(bytes)?.fault ?? '';
    assert.match(fault(Buffer.alloc(MAX_LINE_BYTES, 0x41)), /no end/);
    assert.match(fault(Buffer.from('#!rtpplay1.0 nowhere\n')), /not that of an rtpdump/);
    assert.match(fault(Buffer.concat([file.subarray(0, 29 + 16), Buffer.alloc(8)])), /claims 0 bytes/);
  });
});

test('links: where the IP packet begins', () => {
  const ip = Buffer.from([0x45, 1, 2, 3]);
  const cooked = (type: number) => Buffer.concat([Buffer.alloc(14), Buffer.from([type >> 8, type & 255]), ip]);
  const cooked2 = Buffer.concat([Buffer.from([0x86, 0xdd]), Buffer.alloc(18), ip]);
  const table: [string, number, Buffer, number][] = [
    ['Ethernet', 1, ethernet(0x0800, ip), 14],
    ['IPv6 over Ethernet', 1, ethernet(0x86dd, ip), 14],
    ['802.1Q', 1, ethernet(0x0800, ip, [0x8100]), 18],
    ['QinQ', 1, ethernet(0x0800, ip, [0x88a8, 0x8100]), 22],
    ['more tags than anybody writes', 1, ethernet(0x0800, ip, [0x8100, 0x8100, 0x8100, 0x8100, 0x8100]), NOT_IP],
    ['PPPoE', 1, ethernet(0x8864, Buffer.concat([Buffer.from('110000010006', 'hex'), Buffer.from([0, 0x21]), ip])), 22],
    ['ARP', 1, ethernet(0x0806, ip), NOT_IP],
    ['a short frame', 1, Buffer.alloc(13), NOT_IP],
    ['Linux cooked', 113, cooked(0x0800), 16],
    ['Linux cooked, something else', 113, cooked(0x0806), NOT_IP],
    ['Linux cooked v2', 276, cooked2, 20],
    ['raw', 101, ip, 0],
    ['loopback, little endian', 0, Buffer.concat([Buffer.from([2, 0, 0, 0]), ip]), 4],
    ['loopback, big endian, IPv6', 108, Buffer.concat([Buffer.from([0, 0, 0, 30]), ip]), 4],
    ['loopback, something else', 0, Buffer.from([7, 0, 0, 0]), NOT_IP],
    ['Bluetooth', 201, ip, UNKNOWN_LINK],
  ];
  for (const [what, link, frame, at] of table) assert.equal(ipStart(link, frame), at, what);
});

describe('IP', () => {
  function layer() {
    const out: string[] = [];
    const ip = new IpLayer(({ source, target, protocol, bytes, start, end }) =>
      out.push(`${source}>${target} ${protocol} ${Buffer.from(bytes.subarray(start, end)).toString()}`),
    );
    return { ip, out };
  }
  const whole = Buffer.from('fragments in any order, once or twice, make the datagram');
  const piece = (id: number, from: number, to: number) =>
    ipv4('192.0.2.1:1', '192.0.2.2:2', 17, whole.subarray(from, to), [id, from, to < whole.length]);

  it('IPv4 and IPv6, extension headers, a length the card was to fill in', () => {
    const { ip, out } = layer();
    ip.packet(ipv4('192.0.2.1:1', '192.0.2.2:2', 17, Buffer.from('four')), 0, 0);
    const offloaded = ipv4('192.0.2.1:1', '192.0.2.2:2', 6, Buffer.from('long'));
    offloaded.writeUInt16BE(0, 2);
    ip.packet(offloaded, 0, 0);
    const v6 = Buffer.alloc(40);
    v6[0] = 0x60;
    v6.writeUInt16BE(8 + 3, 4);
    v6.set(Buffer.from('20010db8000000000000000000000001', 'hex'), 8);
    v6.set(Buffer.from('00000000000000000000ffffc0000209', 'hex'), 24);
    ip.packet(Buffer.concat([v6, Buffer.from([17, 0, 1, 4, 0, 0, 0, 0]), Buffer.from('six')]), 0, 0);
    assert.deepEqual(out, [
      '192.0.2.1>192.0.2.2 17 four',
      '192.0.2.1>192.0.2.2 6 long',
      '2001:db8::1>192.0.2.9 17 six',
    ]);
  });

  it('puts fragments together in every order', () => {
    const cuts = [0, 16, 32, whole.length];
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), fc.nat(1), (order, twice) => {
        const { ip, out } = layer();
        for (const i of [...order.slice(0, 2), order[twice]!, order[2]!])
          ip.packet(piece(7, cuts[i]!, cuts[i + 1]!), 0, 0);
        assert.deepEqual(out, [`192.0.2.1>192.0.2.2 17 ${whole.toString()}`]);
        assert.equal(ip.pending, 0);
      }),
    );
  });

  it('a repeated or overlapping fragment changes nothing', () => {
    const { ip, out } = layer();
    for (const [from, to] of [
      [0, 16],
      [0, 16],
      [8, 24],
      [32, whole.length],
      [16, 32],
    ] as const)
      ip.packet(piece(7, from, to), 0, 0);
    assert.deepEqual(out, [`192.0.2.1>192.0.2.2 17 ${whole.toString()}`]);
  });

  it('what never becomes whole is forgotten: by time, and by number', () => {
    const { ip, out } = layer();
    ip.packet(piece(1, 0, 16), 0, 0);
    ip.packet(piece(2, 0, 16), 0, FRAGMENT_PATIENCE_MS);
    assert.deepEqual([ip.counts.incomplete, ip.pending], [1, 1]);
    for (let id = 3; id < MAX_OPEN_DATAGRAMS + 100; id += 1) ip.packet(piece(id, 0, 16), 0, FRAGMENT_PATIENCE_MS);
    assert.ok(ip.pending <= MAX_OPEN_DATAGRAMS, `${ip.pending} are open`);
    assert.deepEqual(out, []);
  });

  it('lengths that contradict each other are counted; a packet cut by the capture is told from a broken one', () => {
    const { ip } = layer();
    const packet = ipv4('192.0.2.1:1', '192.0.2.2:2', 17, whole);
    for (const bad of [Buffer.alloc(0), Buffer.from([0x35]), Buffer.from([0x44, 0]), Buffer.from([0x45, 0, 0, 4])])
      ip.packet(bad, 0, 0);
    assert.equal(ip.counts.malformed, 4);
    ip.packet(packet.subarray(0, 40), 0, 0);
    assert.deepEqual([ip.counts.malformed, ip.counts.cut], [4, 1]);
  });
});

describe('TCP', () => {
  const A = '192.0.2.1:5000';
  const B = '192.0.2.2:5060';
  function streams() {
    const out = new Map<string, string>();
    const log: string[] = [];
    const name = (half: TcpHalf) => `${half.sourcePort}>${half.targetPort}`;
    const sink = {
      bytes: (half: TcpHalf, bytes: Uint8Array) => {
        out.set(name(half), (out.get(name(half)) ?? '') + Buffer.from(bytes).toString());
      },
      gap: (half: TcpHalf) => log.push(`gap ${name(half)} ${half.missing}`),
      closed: (half: TcpHalf) => log.push(`closed ${name(half)}`),
    };
    const table = new TcpStreams(sink);
    const segment = (packet: Buffer) => table.segment('a', 'b', packet, 20, packet.length);
    return { table, out, log, segment };
  }
  const text = 'A stream arrives whole, whatever the network did to it, if the capture saw it all.';

  it('restores the order, drops what came twice, over the wrap of the numbers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 12 }),
        fc.array(fc.nat(200), { maxLength: 40 }),
        fc.constantFrom(0, 1000, 2 ** 32 - 20),
        (cuts, shuffle, base) => {
          const at = [...new Set([0, ...cuts, text.length])].sort((x, y) => x - y);
          const pieces = at.slice(0, -1).map((from, i) => [from, at[i + 1]!] as const);
          // some twice, some longer than they were, in an order of their own; the last order of all brings every piece
          const order = [...shuffle.map((n) => pieces[n % pieces.length]!), ...pieces];
          const { segment, out } = streams();
          segment(tcp(A, B, base, 0x02, Buffer.alloc(0)));
          for (const [from, to] of order) segment(tcp(A, B, base + 1 + from, 0x18, Buffer.from(text.slice(from, to))));
          assert.equal(out.get('5000>5060'), text);
        },
      ),
    );
  });

  it('a hole is named once too much waits behind it, and the stream goes on', () => {
    const { segment, out, log } = streams();
    segment(tcp(A, B, 100, 0x18, Buffer.from('before')));
    for (let i = 0; i <= MAX_WAITING_SEGMENTS; i += 1) segment(tcp(A, B, 116 + i, 0x18, Buffer.from('x')));
    assert.deepEqual(log, ['gap 5000>5060 10']);
    assert.equal(out.get('5000>5060'), `before${'x'.repeat(MAX_WAITING_SEGMENTS + 1)}`);
  });

  it('bytes that wait are bounded too', () => {
    const { segment, log } = streams();
    segment(tcp(A, B, 0, 0x18, Buffer.from('.')));
    const big = Buffer.alloc(60_000);
    for (let i = 0; i * big.length <= MAX_WAITING_BYTES; i += 1) segment(tcp(A, B, 2 + i * big.length, 0x18, big));
    assert.deepEqual(log, ['gap 5000>5060 1']);
  });

  it('bytes that wait in all connections together are bounded: the oldest hole is given up', () => {
    const { table, log } = streams();
    const [first, late] = [tcp(A, B, 0, 0x18, Buffer.from('.')), tcp(A, B, 2, 0x18, Buffer.alloc(60_000))];
    const many = Math.ceil(MAX_WAITING_TOTAL_BYTES / 60_000);
    for (let i = 0; i < many; i += 1)
      for (const packet of [first, late]) {
        assert.deepEqual(log, [], `connection ${i}`);
        table.segment(`host ${i}`, 'b', packet, 20, packet.length);
      }
    assert.deepEqual(log, ['gap 5000>5060 1']);
  });

  it('a hole is named when it stays for too long', () => {
    const { table, segment, log } = streams();
    table.poll(1000);
    segment(tcp(A, B, 0, 0x18, Buffer.from('.')));
    segment(tcp(A, B, 5, 0x18, Buffer.from('late')));
    table.poll(1000 + GAP_PATIENCE_MS - 1);
    assert.deepEqual(log, []);
    table.poll(1000 + GAP_PATIENCE_MS);
    table.poll(1000 + 2 * GAP_PATIENCE_MS);
    assert.deepEqual(log, ['gap 5000>5060 4']);
  });

  it('FIN, RST and a new connection with the same ports end a stream; the end of the file what is left', () => {
    const { table, segment, out, log } = streams();
    segment(tcp(A, B, 0, 0x02, Buffer.alloc(0)));
    segment(tcp(A, B, 1, 0x19, Buffer.from('bye')));
    assert.deepEqual(log, ['closed 5000>5060']);
    segment(tcp(A, B, 9000, 0x02, Buffer.alloc(0)));
    segment(tcp(A, B, 9001, 0x18, Buffer.from(' again')));
    assert.equal(out.get('5000>5060'), 'bye again');
    segment(tcp(B, A, 5, 0x18, Buffer.from('answer')));
    segment(tcp(B, A, 11, 0x04, Buffer.alloc(0)));
    assert.deepEqual(log.slice(1), ['closed 5060>5000']);
    table.end();
    assert.deepEqual(log.slice(2), ['closed 5000>5060']);
  });

  it('a FIN does not cut off what is still to come', () => {
    const { table, segment, out } = streams();
    segment(tcp(A, B, 0, 0x18, Buffer.from('one ')));
    segment(tcp(A, B, 8, 0x19, Buffer.from('three')));
    segment(tcp(A, B, 4, 0x18, Buffer.from('two ')));
    table.end();
    assert.equal(out.get('5000>5060'), 'one two three');
  });

  it('connections are bounded: the one heard least recently goes', () => {
    const { table, log } = streams();
    for (let i = 0; i <= MAX_CONNECTIONS; i += 1) {
      const packet = tcp(A, B, 0, 0x18, Buffer.from('x'));
      table.segment(`host ${i}`, 'b', packet, 20, packet.length);
    }
    assert.equal(table.size, MAX_CONNECTIONS);
    assert.deepEqual(log, ['closed 5000>5060']);
  });

  it('a header that makes no sense is counted', () => {
    const { table } = streams();
    table.segment('a', 'b', Buffer.alloc(10), 0, 10);
    table.segment('a', 'b', Buffer.alloc(40), 0, 40);
    assert.equal(table.malformed, 2);
  });
});

test('a queue of pieces gives every view there is, whatever the pieces were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(9)), fc.array(fc.nat(9)), (bytes, cuts, takes) => {
      const queue = new ByteQueue();
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        queue.push(bytes.slice(at, at + cut));
        at = Math.min(bytes.length, at + cut);
      }
      let taken = 0;
      for (const count of takes) {
        const view = queue.take(count);
        if (view === null) assert.ok(count > queue.length);
        else assert.deepEqual([...view], [...bytes.subarray(taken, taken + count)]);
        taken += view?.length ?? 0;
        assert.equal(queue.offset, taken);
      }
    }),
  );
});

test('the frame of an empty UDP datagram has the header’s length', () => {
  assert.equal(udp('192.0.2.1:1', '192.0.2.2:2', Buffer.alloc(0)).readUInt16BE(2), 28);
});
