import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EDITIONS,
  editionForms,
  editionOf,
  editionSpoken,
  formsFor,
  lackedUntil,
  versionOf,
} from '../../src/sip/editions.ts';

/** The version table (GB/T 28181-2022 annex I). */

const speaker = (version: string | null, learned = {}, byHand = {}) => ({ version, learned, byHand });

test('X-GB-Ver and editions stand for each other; what it does not say is unknown', () => {
  assert.deepEqual(
    ['1.0', '1.1', '2.0', '3.0', '4.0', null].map((version) => editionOf(version)),
    ['2011', '2014', '2016', '2022', null, null],
  );
  for (const edition of EDITIONS) assert.equal(editionOf(versionOf(edition)), edition);
  assert.equal(versionOf(null), null);
});

test('what is written differs where the editions differ, and an unknown one is written to as in 2016', () => {
  const forms = EDITIONS.map((edition) => editionForms(edition));
  const column = (name: keyof (typeof forms)[number]) => forms.map((form) => form[name]);
  assert.deepEqual(column('declared'), ['GB2312', 'GB2312', 'GB2312', 'GB18030']);
  assert.deepEqual(column('presetQuery'), ['PersetQuery', 'PresetQuery', 'PresetQuery', 'PresetQuery']);
  assert.deepEqual(column('keyFrameCommand'), ['IFameCmd', 'IFameCmd', 'IFameCmd', 'IFrameCmd']);
  assert.deepEqual(column('ptzExtras'), ['priority', 'priority', 'priority', 'names']);
  assert.deepEqual(column('namesRecordedStream'), [false, false, false, true]);
  assert.deepEqual(column('changesPartly'), [false, false, false, true]);
  assert.deepEqual(column('firstTransport'), ['udp', 'tcp-passive', 'tcp-passive', 'tcp-passive']);
  assert.deepEqual(column('noteHash'), ['SHA-256', 'SHA-256', 'SHA-256', 'SM3']);
  assert.deepEqual(editionForms(null), editionForms('2016'));
  assert.deepEqual(formsFor(undefined), editionForms('2016'));
});

test('what an edition lacks is known for every command that came after the first one', () => {
  const lacking = (what: string) => EDITIONS.filter((edition) => lackedUntil(edition, what) !== null);
  assert.deepEqual(lacking('HomePosition'), ['2011', '2014']);
  for (const what of [
    'PTZPreciseCtrl',
    'DeviceUpgrade',
    'FormatSDCard',
    'TargetTrack',
    'HomePositionQuery',
    'CruiseTrackListQuery',
    'CruiseTrackQuery',
    'PTZPosition',
    'SDCardStatus',
    'SnapShotConfig',
  ])
    assert.deepEqual(lacking(what), ['2011', '2014', '2016'], what);
  assert.deepEqual(lacking('PTZCmd'), []);
  assert.equal(lackedUntil(null, 'PTZPosition'), null);
});

test('by hand goes before what it says, and that before what it has shown', () => {
  assert.equal(editionSpoken(speaker(null)), null);
  assert.equal(editionSpoken(speaker(null, { edition: '2022' })), '2022');
  assert.equal(editionSpoken(speaker('2.0', { edition: '2022' })), '2016');
  assert.equal(editionSpoken(speaker('2.0', { edition: '2022' }, { edition: '2011' })), '2011');
});
