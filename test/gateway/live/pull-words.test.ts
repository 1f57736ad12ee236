import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type NoMediaFacts, noMediaWords, rejectedWords } from '../../../src/gateway/live/pull-words.ts';

const UDP: NoMediaFacts = {
  transport: 'udp',
  seconds: 10,
  port: 30_004,
  toldHost: '192.168.1.5',
  deviceHost: '10.1.2.3',
  answered: { host: '10.1.2.3', port: 15_060 },
  strangers: 0,
  malformed: 0,
  connected: false,
  connectionsDropped: 0,
  areOthersTried: false,
};

describe('why no media came', () => {
  const cases: [name: string, facts: Partial<NoMediaFacts>, words: string][] = [
    [
      'the wrong address',
      {},
      '200 OK came, no packet in 10 s on UDP 30004 from 10.1.2.3: the device may be sending to the wrong address, or a firewall drops UDP 30004: it was told 192.168.1.5; set --advertise, or use TCP.',
    ],
    [
      'a private address across address translation',
      { deviceHost: '203.0.113.9' },
      '200 OK came, no packet in 10 s on UDP 30004 from 203.0.113.9: the device is sending to a private address of this side: it was told 192.168.1.5; set --advertise to the public address of this gateway, or use TCP, and let the media ports through.',
    ],
    [
      'packets of others',
      { strangers: 12, answered: { host: '10.9.9.9', port: 1 } },
      '200 OK came, no packet in 10 s on UDP 30004 from 10.1.2.3: 12 packets came there from elsewhere and were refused; another device may still be sending to this port, or the media of this one comes from an address that its answer (10.9.9.9) does not name: use TCP.',
    ],
    [
      'something that is no RTP',
      { malformed: 40 },
      '200 OK came, no packet in 10 s on UDP 30004 from 10.1.2.3: 40 packets came that are no RTP; the device may encrypt its media or frame it in a way of its own: look at a capture.',
    ],
    [
      'nobody connected',
      { transport: 'tcp-passive', seconds: 4 },
      '200 OK came, no packet in 4 s on TCP 30004 from 10.1.2.3: the device may be connecting to the wrong address, or a firewall refuses TCP 30004: it was told 192.168.1.5; set --advertise, or use UDP.',
    ],
    [
      'connected and silent',
      { transport: 'tcp-passive', connected: true },
      '200 OK came, no packet in 10 s on TCP 30004 from 10.1.2.3: the device connected and sent nothing that is RTP; it may have no picture on this channel, or frame its media in a way of its own: use UDP.',
    ],
    [
      'dialled in vain',
      { transport: 'tcp-active', answered: { host: '192.168.7.7', port: 9000 } },
      '200 OK came, no packet in 10 s on TCP 30004 from 10.1.2.3: the connection to 192.168.7.7:9000 brought nothing; a device behind address translation cannot be dialled: use tcp-passive or UDP.',
    ],
  ];
  for (const [name, facts, words] of cases) it(name, () => assert.equal(noMediaWords({ ...UDP, ...facts }), words));

  it('advises no transport that is tried by itself', () => {
    for (const [name, facts] of cases)
      assert.doesNotMatch(noMediaWords({ ...UDP, ...facts, areOthersTried: true }), /use (TCP|UDP|tcp)/, name);
    assert.match(noMediaWords({ ...UDP, areOthersTried: true }), /told 192\.168\.1\.5; set --advertise, and let the/);
  });
});

describe('why an INVITE was refused', () => {
  const cases: [status: number, cure: RegExp][] = [
    [401, /password/],
    [404, /catalogue again/],
    [480, /does not answer; look whether that camera is on/],
    [486, /serves no more streams\. Stop another viewer/],
    [488, /none of the media transports and forms/],
    [500, /overloaded/],
    [603, /another platform/],
    [699, /^The device refused the INVITE with 699 Why\.$/],
  ];
  for (const [status, cure] of cases)
    it(String(status), () => {
      const words = rejectedWords(status, 'Why');
      assert.match(words, new RegExp(`^The device refused the INVITE with ${status} Why`));
      assert.match(words, cure);
    });
});
