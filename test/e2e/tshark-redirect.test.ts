/** Redirections, their fall-back, challenges of every kind and signalling digests as tshark sees them: no malformed message in any of it. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { eventually, ID, open } from '../sip/opened.ts';
import { PLATFORM_ID } from '../sip/scripted-device.ts';
import type { SeenPacket } from '../support/sip-pcap.ts';
import { judgeSip, STANDARD_HEADER } from '../support/tshark.ts';

/** Written into the capture for our own port, which is not known before the first packets. */
const OURS = 5060;

for (const sip of ['udp', 'tcp'] as const)
  test(`tshark finds nothing wrong with a redirection over ${sip}`, async (t) => {
    const packets: SeenPacket[] = [];
    const watched = (host: string) => ({
      digest: ['SM3', 'SHA-256', 'MD5'] as const,
      tap: (
        direction: 'in' | 'out',
        bytes: Uint8Array,
        peer: { host: string; port: number; transport: 'udp' | 'tcp' | 'tls' },
      ) => {
        const [from, to] = direction === 'in' ? [peer, { host, port: OURS }] : [{ host, port: OURS }, peer];
        packets.push({ bytes: Buffer.from(bytes), from, to, epochMs: Date.now(), transport: peer.transport });
      },
    });
    const platformId = '34020000002000000002';
    const { server: target } = await open(t, { ...watched('127.0.0.2'), platformId });
    const rule = { devices: [], networks: [], share: null, maxDevices: null, fromLoad: null };
    const { server: redirector } = await open(t, {
      ...watched('127.0.0.3'),
      redirect: [{ ...rule, target: { id: platformId, host: '127.0.0.1', port: target.port } }],
    });
    const simulator = await startSimulator({
      server: { host: '127.0.0.1', port: redirector.port },
      serverId: PLATFORM_ID,
      id: ID,
      password: 'secret',
      channels: 1,
      count: 1,
      sip,
      keepaliveSeconds: 1,
      expiresSeconds: 3600,
      retrySeconds: 1,
      quirks: new Set(),
    });
    t.after(() => simulator.stop());
    await eventually(() => target.directory.channelCount(ID) === 1, 'it is at its gateway');
    await target.close();
    await eventually(() => redirector.directory.channelCount(ID) === 1, 'it is taken by the redirector');
    const judged = judgeSip([...packets], OURS);
    const text = packets.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('\n');
    assert.match(text, /^SIP\/2\.0 302 Moved Temporarily/m);
    assert.match(text, /^OPTIONS sip:34020000002000000002@/m);
    assert.match(text, /^WWW-Authenticate: .*algorithm=SM3/m);
    assert.ok(judged.messages > 10, `${judged.messages} messages`);
    assert.equal(judged.malformedFrames, 0);
    assert.deepEqual(
      judged.complaints.filter((complaint) => complaint !== STANDARD_HEADER),
      [],
    );
  });

test('tshark finds nothing wrong with signalling digests, users and logins by certificate', async (t) => {
  const packets: SeenPacket[] = [];
  const [platform, device] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
  const { server } = await open(t, {
    note: { mode: 'enforce', userIdentity: 'li.lei-police-2' },
    certificates: { platformKey: platform!.privateKey, of: () => ({ key: device!.publicKey, endsEpochMs: null }) },
    tap: (direction, bytes, peer) => {
      const us = { host: '127.0.0.2', port: OURS };
      const [from, to] = direction === 'in' ? [peer, us] : [us, peer];
      packets.push({ bytes: Buffer.from(bytes), from, to, epochMs: Date.now(), transport: peer.transport });
    },
  });
  const simulator = await startSimulator({
    server: { host: '127.0.0.1', port: server.port },
    serverId: PLATFORM_ID,
    id: ID,
    password: 'secret',
    channels: 1,
    count: 1,
    sip: 'udp',
    keepaliveSeconds: 1,
    expiresSeconds: 3600,
    note: 'SM3',
    certificate: { key: device!.privateKey, platformKey: platform!.publicKey },
    quirks: new Set(),
  });
  t.after(() => simulator.stop());
  await eventually(() => server.directory.channelCount(ID) === 1 && simulator.counts.keepalives > 1, 'it lives');
  await simulator.stop();
  const judged = judgeSip([...packets], OURS);
  const text = packets.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('\n');
  assert.match(text, /^Authorization: Capability algorithm="A:RSA;H:MD5,SHA1,SHA256;S:DES,3DES"\r$/m);
  assert.match(text, /^WWW-Authenticate: Asymmetric nonce="[^"&]+&[^"&]+",algorithm="A:RSA\/ECB\/PKCS1&SHA256"\r$/m);
  assert.match(text, /^Authorization: Asymmetric nonce="[^"]+",response="[0-9a-f]{64}",algorithm=/m);
  assert.match(text, /^Note: Digest nonce="[A-Za-z0-9+/]{43}=",algorithm=SM3\r$/m);
  assert.match(text, /^Monitor-User-Identity: 34020000002000000001-li\.lei-police-2\r$/m);
  // headers of the standard that tshark does not know
  const ours = [
    STANDARD_HEADER,
    ...['monitor-user-identity', 'note'].map((name) => `Unrecognised SIP header (${name})`),
  ];
  assert.equal(judged.malformedFrames, 0);
  assert.deepEqual(
    judged.complaints.filter((complaint) => !ours.includes(complaint)),
    [],
  );
});
