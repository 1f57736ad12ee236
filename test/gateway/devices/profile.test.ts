import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  formsOf,
  learnFinding,
  learnRung,
  Profiles,
  profileOf,
  profileView,
} from '../../../src/gateway/devices/profile.ts';
import { Ladder, type Rung } from '../../../src/gateway/live/ladder.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import { type Device, Directory } from '../../../src/sip/camera/directory.ts';
import { learn } from '../../../src/sip/camera/profile.ts';
import { memoryStores } from '../../sip/memory-stores.ts';
import { sink, World } from '../world.ts';

const ID = '34020000001320000001';
const PLAN = {
  transports: ['tcp-passive', 'udp'],
  sdpForms: ['common', 'minimal', 'extended'],
  idForms: ['channel', 'device'],
} as const;
const rejected = (status: number) => ({ kind: 'rejected', status, reason: '' }) as const;

describe('the profile of a device', () => {
  let stores: ReturnType<typeof memoryStores>;
  let device: Device;
  let profiles: Profiles;

  beforeEach(() => {
    stores = memoryStores();
    const directory = new Directory(stores.devices, stores.channels);
    device = directory.ensureDevice(ID)!;
    profiles = new Profiles(directory);
  });

  const view = (answer: ReturnType<Profiles['get']>) => {
    assert.ok(!isProblem(answer), JSON.stringify(answer));
    return answer;
  };
  const again = () => new Directory(stores.devices, stores.channels).device(ID)!;

  it('has every field of the contract, filled with what holds when nothing is known', () => {
    const { learned, byHand, ...fields } = view(profiles.get(ID));
    assert.deepEqual([learned, byHand], [{}, {}]);
    assert.deepEqual(Object.keys(fields).sort(), [
      'algorithm',
      'audioLaw',
      'charset',
      'date',
      'digest',
      'edition',
      'idForm',
      'ignoreStatusNotify',
      'keyFrameCommand',
      'mansrtsp',
      'mediaTransport',
      'notSupported',
      'openUnregister',
      'redirect',
      'rtcp',
      'sdpForm',
      'sendAfterAck',
      'ssrc',
      'subStreamAttribute',
      'timeOffsetSeconds',
    ]);
    assert.equal(profileOf({ ...device, version: '3.0' }).keyFrameCommand, 'IFrameCmd');
    assert.equal(profileOf({ ...device, version: '2.0' }).keyFrameCommand, 'IFameCmd');
  });

  it('what is set by hand wins over what is learned, before and after it, and null gives it back', () => {
    learn(device, 'charset', 'UTF-8');
    view(profiles.change(ID, { charset: 'GB18030' }));
    assert.equal(device.profile.charset, 'GB18030');
    learn(device, 'charset', 'UTF-8');
    learn(device, 'sdpForm', 'minimal');
    const shown = view(profiles.get(ID));
    assert.deepEqual([shown.charset, shown.sdpForm], ['GB18030', 'minimal']);
    assert.deepEqual(shown.learned, { charset: 'UTF-8', sdpForm: 'minimal' });
    assert.deepEqual(shown.byHand, { charset: 'GB18030' });
    const back = view(profiles.change(ID, { charset: null }));
    assert.deepEqual([back.charset, back.byHand], ['UTF-8', {}]);
  });

  it('survives a restart, both halves apart', () => {
    learn(device, 'mediaTransport', 'udp');
    view(profiles.change(ID, { date: 'off', openUnregister: true }));
    const kept = profileView(again());
    assert.deepEqual(kept.learned, { mediaTransport: 'udp' });
    assert.deepEqual(kept.byHand, { date: 'off', openUnregister: true });
    assert.deepEqual([kept.mediaTransport, kept.date], ['udp', 'off']);
  });

  it('of an older database counts as learned', () => {
    const { learned: _l, byHand: _b, ...old } = device;
    stores.devices.put({ ...old, profile: { charset: 'UTF-8' } } as unknown as Device);
    assert.deepEqual(profileView(again()).learned, { charset: 'UTF-8' });
  });

  it('is forgotten on request: all of it, or only what was learned', () => {
    learn(device, 'charset', 'UTF-8');
    view(profiles.change(ID, { date: 'off', mediaTransport: 'udp' }));
    assert.equal(profiles.forget(ID, { learnedOnly: true }), null);
    const half = view(profiles.get(ID));
    assert.deepEqual([half.learned, half.byHand], [{}, { date: 'off', mediaTransport: 'udp' }]);
    assert.equal(profiles.forget(ID, { learnedOnly: false }), null);
    const gone = profileView(again());
    assert.deepEqual([gone.learned, gone.byHand, gone.mediaTransport], [{}, {}, 'auto']);
  });

  it('refuses a zone that is none, and an unknown device', () => {
    const wrong = profiles.change(ID, { date: 'Mars/Olympus' });
    assert.ok(isProblem(wrong) && wrong.problem === 'bad_request' && wrong.detail.includes('Mars/Olympus'));
    assert.equal(device.profile.date, undefined);
    view(profiles.change(ID, { date: 'Asia/Tokyo' }));
    assert.ok(isProblem(profiles.get('nobody')));
    assert.equal(profiles.forget('nobody', { learnedOnly: true })?.problem, 'device_not_found');
  });

  it('names one transport, whether it was set here or at the device', () => {
    device.mediaTransport = 'udp';
    assert.deepEqual(view(profiles.get(ID)).byHand, { mediaTransport: 'udp' });
    view(profiles.change(ID, { mediaTransport: null }));
    assert.equal(device.mediaTransport, null);
  });

  it('SSRC-1: media with another SSRC than the agreed one is remembered, once', () => {
    assert.equal(learnFinding(device, 'PS-4'), false);
    assert.equal(learnFinding(device, 'SSRC-1'), true);
    assert.equal(learnFinding(device, 'SSRC-4'), false);
    assert.deepEqual(profileView(device).learned, { ssrc: 'any' });
  });

  it('only news is learned: an undisturbed device is not written at every picture', () => {
    const rung: Rung = { transport: 'udp', sdpForm: 'common', idForm: 'channel' };
    assert.equal(learnRung(device, rung), true);
    assert.equal(learnRung(device, rung), false);
    assert.deepEqual(device.learned, { mediaTransport: 'udp' });
    assert.equal(learnRung(device, { ...rung, sdpForm: 'minimal' }), true);
    assert.equal(learnRung(device, rung), true, 'new firmware takes the common form again');
    assert.equal(profileOf(device).sdpForm, 'common');
  });
});

describe('INV-5: the ladder of forms', () => {
  const climbed = (ladder: Ladder, ...ends: Parameters<Ladder['climb']>[0][]) => {
    for (const end of ends) if (!ladder.climb(end)) return null;
    const { transport, sdpForm, idForm } = ladder.rung!;
    return `${transport} ${sdpForm} ${idForm}`;
  };
  const cases = [
    ['silence changes the transport', [{ kind: 'no-media', detail: '' }], 'udp common channel'],
    ['488 changes the transport first', [rejected(488)], 'udp common channel'],
    ['and then the form of the offer', [rejected(488), rejected(488)], 'tcp-passive minimal channel'],
    ['400 changes the form', [rejected(400)], 'tcp-passive minimal channel'],
    ['404 changes the id', [rejected(404)], 'tcp-passive common device'],
    ['403 changes the id, then the form', [rejected(403), rejected(403)], 'tcp-passive minimal device'],
    ['404 for both ids ends it', [rejected(404), rejected(404)], null],
    ['486 ends it', [rejected(486)], null],
    ['a timeout ends it', [{ kind: 'invite-timeout', detail: '' }], null],
    [
      'silence after a form was found keeps the form',
      [rejected(400), { kind: 'no-media', detail: '' }],
      'udp minimal channel',
    ],
  ] as const;
  for (const [name, ends, expected] of cases)
    it(name, () => assert.equal(climbed(new Ladder(PLAN), ...ends), expected));

  it('ends for a device that refuses everything, after every rung or the bound', () => {
    for (const status of [488, 400, 403]) {
      const ladder = new Ladder({ ...PLAN, transports: ['tcp-passive', 'udp', 'tcp-active'] });
      let rungs = 1;
      while (ladder.climb(rejected(status))) rungs++;
      assert.ok(rungs <= 12, `${status}: ${rungs}`);
    }
  });

  it('begins with what it took before, and stays with what was set by hand', () => {
    const device = new Directory(memoryStores().devices, memoryStores().channels).ensureDevice(ID)!;
    learn(device, 'sdpForm', 'extended');
    learn(device, 'idForm', 'device');
    assert.deepEqual(formsOf(device, 1), {
      sdpForms: ['extended', 'common', 'minimal'],
      idForms: ['device', 'channel'],
    });
    assert.deepEqual(formsOf(device, 4).idForms, ['channel'], 'a recorder would show another channel');
    Object.assign(device, { byHand: { sdpForm: 'minimal', idForm: 'device' } });
    assert.deepEqual(formsOf(device, 4), { sdpForms: ['minimal'], idForms: ['device'] });
  });

  it('climbs by itself, says what was refused, and remembers what was taken', async () => {
    const world = new World();
    world.rungs = ['udp'];
    world.sdpForms = ['common', 'minimal', 'extended'];
    world.idForms = ['channel', 'device'];
    const live = world.pull();
    live.stream.addViewer(sink(), { protocol: false, singleInit: false });
    await world.clock.advance(0);
    assert.match(world.invite.options.sdp, /m=video \d+ RTP\/AVP 96 97 98\r\n/);
    world.invite.options.onFailure(rejected(488));
    await world.clock.advance(0);
    assert.match(world.invite.options.sdp, /m=video \d+ RTP\/AVP 96\r\n/);
    world.invite.options.onFailure(rejected(403));
    await world.clock.advance(0);
    assert.equal(world.invite.options.idForm, 'device');
    await world.play();
    assert.equal(live.state, 'playing');
    assert.deepEqual(world.worked, ['udp common device']);
    assert.deepEqual(
      live.findings.view(String).map(({ code, detail }) => [code, detail]),
      [
        [
          'INV-5',
          'it refused the common offer over udp to the channel id with 488, the minimal offer over udp to the channel id with 403, and took the common offer over udp to the device id',
        ],
      ],
    );
    await live.end('test', 4410);
  });
});
