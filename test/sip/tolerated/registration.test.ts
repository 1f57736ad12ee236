/** What REGISTERs bend, from bytes: it is named, and the device gets in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNANSWERED } from '../../../src/sip/camera/challenges.ts';
import { forgetProfile } from '../../../src/sip/camera/profile.ts';
import { registerFindings } from '../../../src/sip/camera/register-findings.ts';
import { parseChallenge, parseCredentials } from '../../../src/sip/digest.ts';
import { fixture, requestOf, wire } from '../fixtures.ts';
import { catalogPart, eventually, ID, item, open } from '../opened.ts';
import { DOMAIN, PLATFORM_ID } from '../scripted-device.ts';

const FROM = { host: '192.168.1.64', port: 5060 };
const DIGEST = `Digest username="${ID}",realm="3402000000",nonce="n",uri="sip:${PLATFORM_ID}@${DOMAIN}",response="r",algorithm=MD5,qop=auth,nc=00000001,cnonce="c"`;

/** A REGISTER like those of a well-behaved camera, but for what is replaced. */
function register(replace: [what: string, by: string][] = []): ReturnType<typeof requestOf> {
  let text = `REGISTER sip:${PLATFORM_ID}@${DOMAIN} SIP/2.0\nVia: SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK1\nFrom: <sip:${ID}@${DOMAIN}>;tag=1\nTo: <sip:${ID}@${DOMAIN}>\nCall-ID: 1\nCSeq: 2 REGISTER\nContact: <sip:${ID}@192.168.1.64:5060>\nAuthorization: ${DIGEST}\nExpires: 3600\nContent-Length: 0\n\n`;
  for (const [what, by] of replace) {
    assert.ok(text.includes(what), what);
    text = text.replace(what, by);
  }
  return requestOf(wire(text));
}

function found(
  request: ReturnType<typeof requestOf>,
  id = ID,
  from = FROM,
  qop = true,
): readonly (readonly string[])[] {
  return registerFindings(request, id, parseCredentials(request.headers.get('Authorization') ?? ''), from, qop);
}

test('a REGISTER by the book bends nothing', () => {
  assert.deepEqual(found(register()), []);
});

test('REG-1: an answer to qop="auth" without qop', () => {
  const request = register([[',qop=auth,nc=00000001,cnonce="c"', '']]);
  assert.deepEqual(
    found(request).map(([code]) => code),
    ['REG-1'],
  );
  assert.deepEqual(found(request, ID, FROM, false), [], 'nothing, when no qop was offered');
});

test('REG-4: another user name than the id', () => {
  assert.deepEqual(found(register([[`username="${ID}"`, 'username="admin"']])), [
    ['REG-4', 'the user name of its digest is "admin", not its id'],
  ]);
});

test('REG-5: ids of 18 digits and with letters are taken', async (t) => {
  const { server, device } = await open(t);
  for (const id of ['130909115229300920', 'CAM01']) {
    const camera = await device(id);
    assert.equal((await camera.register('secret')).status, 200);
    assert.ok(server.findingsOf(id).some((finding) => finding.code === 'REG-5'));
  }
  assert.equal((await (await device(`${ID}-`)).register('secret')).status, 400);
  assert.equal((await (await device('1'.repeat(65))).register('secret')).status, 400);
});

test('REG-6: a digest over the address while the request line names the domain verifies', async (t) => {
  assert.deepEqual(
    found(register([[`uri="sip:${PLATFORM_ID}@${DOMAIN}"`, `uri="sip:${PLATFORM_ID}@10.0.0.1:5060"`]])),
    [
      [
        'REG-6',
        `its digest is over sip:${PLATFORM_ID}@10.0.0.1:5060, its request line says sip:${PLATFORM_ID}@${DOMAIN}`,
      ],
    ],
  );
  const { device } = await open(t);
  const camera = await device();
  const first = await camera.send('REGISTER', ['Expires: 60']);
  const nonce = /nonce="([0-9a-f]+)"/.exec(first.headers.get('WWW-Authenticate') ?? '')?.[1] ?? '';
  const header = camera.authorize(nonce, 'secret', { uri: `sip:${PLATFORM_ID}@10.0.0.1:5060` });
  assert.equal((await camera.send('REGISTER', ['Expires: 60', header])).status, 200);
});

test('REG-7: Expires in Contact only, or nowhere', () => {
  const inContact = register([
    ['\nExpires: 3600', ''],
    ['@192.168.1.64:5060>', '@192.168.1.64:5060>;expires=120'],
  ]);
  assert.deepEqual(found(inContact), [['REG-7', 'no Expires header: Contact says 120 s']]);
  assert.deepEqual(found(register([['\nExpires: 3600', '']])), [['REG-7', 'no Expires header: no time at all']]);
});

test('SIP-1, SIP-4: Via and Contact that name another host than the packets come from', () => {
  const from = { host: '203.0.113.9', port: 40_111 };
  assert.deepEqual(found(register(), ID, from), [
    ['SIP-1', 'its Via says 192.168.1.64:5060, its packets come from 203.0.113.9:40111: address translation'],
    ['SIP-4', `its Contact says sip:${ID}@192.168.1.64:5060, its packets come from 203.0.113.9:40111`],
  ]);
});

test('REG-1, REG-4, REG-5: a captured REGISTER of a Hikvision camera', () => {
  const request = requestOf(fixture('hikvision-register-digest.sip'));
  const codes = found(request, '130909113319427420', { host: '10.64.49.218', port: 7100 }).map(([code]) => code);
  assert.ok(
    ['REG-1', 'REG-4', 'REG-5'].every((code) => codes.includes(code)),
    codes.join(),
  );
});

test('REG-9: a new Call-ID while the registration holds is told, calls and address stay', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  await camera.register('secret');
  const codes = () => server.findingsOf(ID).map((finding) => finding.code);
  await camera.register('secret');
  assert.ok(codes().includes('REG-9'));
  assert.equal(server.directory.device(ID)?.address?.port, camera.localPort);
});

test('REG-10: the second device with an id is refused, and the finding names both', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  await camera.register('secret');
  const clone = await device(ID, '127.0.0.2');
  assert.equal((await clone.register('secret')).status, 403);
  const words = server.findingsOf(ID).find((finding) => finding.code === 'REG-10')?.detail;
  assert.match(words ?? '', /^127\.0\.0\.2:\d+ registers with its id while it is at 127\.0\.0\.1:\d+: refused$/);
});

test('REG-11: two devices list the same channel id, and each keeps its own', async (t) => {
  const { server, device } = await open(t);
  const ids = [ID, '34020000001180000002'];
  for (const id of ids) {
    const camera = await device(id);
    await camera.register('secret');
    await camera.message(catalogPart('1', 1, [item('34020000001320000001', `of ${id}`)]));
  }
  for (const id of ids) assert.equal(server.directory.channel(id, '34020000001320000001')?.name, `of ${id}`);
  server.removeDevice(ids[1]!, { block: false });
  assert.equal(server.directory.channelCount(ID), 1);
});

test('SIP-12, REG-3: challenges that nobody answers are an event; every other one then goes without qop', async (t) => {
  const { device, events, time } = await open(t);
  const camera = await device();
  const offers: boolean[] = [];
  for (let i = 0; i < UNANSWERED + 3; i += 1) {
    const answer = await camera.send('REGISTER', ['Expires: 60']);
    offers.push(/qop/.test(answer.headers.get('WWW-Authenticate') ?? ''));
    time.offsetMs += 2_000;
  }
  assert.deepEqual(offers, [true, true, true, false, true, false]);
  const told = events.filter((event) => event.type === 'device.rejected');
  assert.equal(told.length, 1, 'once a minute');
  assert.match(
    JSON.stringify(told[0]?.data),
    /challenge-unanswered.*3 challenges \(401\) to 127\.0\.0\.1:\d+ had no answer/,
  );
  assert.equal((await camera.register('secret', { plain: true })).status, 200);
  assert.match(
    (await camera.send('REGISTER', [])).headers.get('WWW-Authenticate') ?? '',
    /qop/,
    'forgotten once it answered',
  );
});

test('REG-3: who answers none with qop and the first one without is asked so from then on, until that is forgotten', async (t) => {
  const { server, stores, device, time } = await open(t);
  const camera = await device();
  const asked = async (authorization: string[] = []) => {
    const answer = await camera.send('REGISTER', ['Expires: 60', ...authorization]);
    return parseChallenge(answer.headers.get('WWW-Authenticate') ?? '');
  };
  for (let i = 0; i < UNANSWERED; i += 1) {
    assert.equal((await asked())?.qopAuth, true);
    time.offsetMs += 2_000;
  }
  assert.equal((await asked())?.qopAuth, false);
  const again = await asked([camera.authorize('0'.repeat(40), 'secret', { plain: true })]);
  assert.deepEqual([again?.stale, again?.qopAuth], [true, false], 'an old nonce is no reason to ask with qop again');
  const answer = camera.authorize(again?.nonce ?? '', 'secret', { plain: true });
  assert.equal((await camera.send('REGISTER', ['Expires: 60', answer])).status, 200);
  const codes = server.findingsOf(ID).map((finding) => finding.code);
  assert.ok(codes.includes('REG-3') && !codes.includes('REG-1'), codes.join());
  assert.equal(server.directory.device(ID)?.learned.digest, 'plain');
  assert.equal(stores.devices.all().find((one) => one.id === ID)?.learned.digest, 'plain', 'and kept');
  assert.equal((await asked())?.qopAuth, false, 'at once, the next time');
  forgetProfile(server.directory.device(ID)!);
  assert.equal((await asked())?.qopAuth, true);
});

test('REG-3: who was given its password late can read qop: nothing is learned of it', async (t) => {
  const { server, device, time } = await open(t);
  const camera = await device();
  for (let i = 0; i < UNANSWERED + 2; i += 1) {
    await camera.send('REGISTER', ['Expires: 60']);
    time.offsetMs += 2_000;
  }
  assert.equal((await camera.register('secret', { plain: true })).status, 200);
  assert.equal(server.directory.device(ID)?.learned.digest, undefined);
  assert.ok(!server.findingsOf(ID).some((finding) => finding.code === 'REG-3'));
});

test('SIP-13: whoever forges the address of a camera does not keep its refresh out', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  await camera.register('secret');
  const first = await camera.send('REGISTER', []);
  const nonce = /nonce="([0-9a-f]+)"/.exec(first.headers.get('WWW-Authenticate') ?? '')?.[1] ?? '';
  const forged = (port: string, n: number) =>
    `REGISTER sip:${PLATFORM_ID}@${DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKf${port}${n}\r\nFrom: <sip:${ID}@x>;tag=1\r\nTo: <sip:${ID}@x>\r\nCall-ID: f${n}\r\nCSeq: 1 REGISTER\r\n\r\n`;
  const forger = await device();
  const dropped = () => server.counters().sip_registers_dropped_total ?? 0;
  for (let n = 0; n < 60; n += 1) forger.raw(forged('other', n));
  await eventually(() => dropped() > 30, 'what comes from another port is capped');
  assert.equal((await camera.send('REGISTER', [])).status, 401, 'the camera itself is still asked for its password');
  for (let n = 0; n < 400; n += 1) {
    camera.raw(forged('same', n)); // the very port as well: all that a forger can do
    if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const before = dropped();
  await eventually(() => dropped() > before || dropped() > 100, 'that is capped too');
  const again = dropped();
  for (let n = 0; n < 60; n += 1) forger.raw(forged('once more', n));
  await eventually(() => dropped() > again + 30, 'nothing is left of what requests in its name may be');
  const refresh = await camera.send('REGISTER', ['Expires: 3600', camera.authorize(nonce, 'secret')]);
  assert.equal(refresh.status, 200, 'a nonce that a forger never saw opens a way of its own');
});
