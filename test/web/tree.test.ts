import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Channel, Device, Group } from '../../web/page/api.ts';
import type { Directory } from '../../web/page/directory.ts';
import { initialsOf } from '../../web/page/live/tree/initials.ts';
import { type Row, rowsOf } from '../../web/page/live/tree/rows.ts';
import { prepareSearch } from '../../web/page/live/tree/search.ts';
import { windowOf } from '../../web/page/parts/row-window.ts';

const device = (id: string, name: string, online = true): Device => ({
  id,
  name,
  manufacturer: 'Acme',
  model: 'N',
  online,
  channelCount: 0,
});
const channel = (deviceId: string, id: string, name: string, more: Partial<Channel> = {}): Channel => ({
  id,
  deviceId,
  name,
  status: 'on',
  ...more,
});
const group = (deviceId: string, id: string, name: string, parentId = deviceId): Group => ({
  id,
  deviceId,
  name,
  parentId,
});
const NONE: ReadonlySet<string> = new Set();

/** The rows as a person sees them: indented names. */
function drawn(rows: readonly Row[]): string[] {
  return rows.map((row) => {
    const name =
      row.kind === 'device'
        ? row.device.name
        : row.kind === 'group'
          ? row.group.name
          : row.kind === 'channel'
            ? row.channel.name
            : '(none)';
    return '  '.repeat(row.depth) + name;
  });
}

const SITE: Directory = {
  devices: [device('d1', '总部'), device('d2', 'Warehouse', false), device('d3', 'New')],
  channels: [
    channel('d1', 'c1', '北门', { parentId: '34020000002160000002' }),
    channel('d1', 'c2', '停车场入口', { parentId: '34020000002160000001' }),
    channel('d1', 'c3', '厦门路', { parentId: 'nobody', civilCode: '340200' }),
    channel('d1', 'c4', '长沙路', { parentId: 'd1' }),
    channel('d2', '34020000001310000077', 'Loading dock', { status: 'off' }),
  ],
  groups: [
    group('d1', '34020000002160000001', '一楼'),
    group('d1', '34020000002160000002', '大厅', '34020000002160000001'),
    group('d1', '340200', '芜湖市'),
    group('d1', '34020000002160000009', 'empty one'),
  ],
};

describe('pinyin initials', () => {
  // The boundaries are the collation's own; a character with several readings has the one it is sorted by.
  const NAMES: readonly (readonly [string, string])[] = [
    ['北门', 'bm'],
    ['停车场入口', 'tccrk'],
    ['仓库', 'ck'],
    ['一号楼财务室', 'yhlcws'],
    ['大门', 'dm'],
    ['厂区东侧', 'cqdc'],
    ['啊', 'a'],
    ['额', 'e'],
    ['哦', 'o'],
    ['鑫', 'x'],
    ['长沙', 'zs'],
    ['重庆', 'zq'],
    ['厦门', 'sm'],
    ['1号楼-A座', '1hlaz'],
    ['Ｎｏ．３ 门', 'no3m'],
    ['Entrance', 'entrance'],
    ['', ''],
    ['★—', ''],
  ];
  for (const [name, initials] of NAMES) {
    test(`${name || '(nothing)'} → ${initials || '(nothing)'}`, () => assert.equal(initialsOf(name), initials));
  }
  test('any text gives letters and digits only', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => /^[\p{L}\p{N}]*$/u.test(initialsOf(name))));
  });
});

describe('the rows of the tree', () => {
  test('devices, their groups, their channels; an unknown parent is the device, an empty group is not shown', () => {
    assert.deepEqual(drawn(rowsOf(SITE, '', NONE)), [
      '总部',
      '  一楼',
      '    大厅',
      '      北门',
      '    停车场入口',
      '  芜湖市',
      '    厦门路',
      '  长沙路',
      'Warehouse',
      '  Loading dock',
      'New',
      '  (none)',
    ]);
  });

  test('what is closed hides what it holds, and still counts it', () => {
    const rows = rowsOf(SITE, '', new Set(['d1/']));
    assert.deepEqual(drawn(rows).slice(0, 2), ['总部', 'Warehouse']);
    const [first] = rows;
    assert.ok(first?.kind === 'device' && !first.isOpen && first.channels.length === 4);
  });

  const FOUND: readonly (readonly [string, readonly string[]])[] = [
    ['bm', ['总部', '  一楼', '    大厅', '      北门']],
    ['北', ['总部', '  一楼', '    大厅', '      北门']],
    ['YL tcc', ['总部', '  一楼', '    停车场入口']],
    ['ＤＯＣＫ', ['Warehouse', '  Loading dock']],
    ['1310000077', ['Warehouse', '  Loading dock']],
    ['new', ['New', '  (none)']],
    ['340200 csl', []],
    ['77', []],
    ['077', ['Warehouse', '  Loading dock']],
    ['131', []],
    ['zsl', ['总部', '  长沙路']],
    ['nothing of the kind', []],
  ];
  for (const [find, rows] of FOUND) {
    test(`a search for ${find}`, () => assert.deepEqual(drawn(rowsOf(SITE, find, new Set(['d1/', 'd2/']))), rows));
  }

  test('a channel is online when its device is and it says so itself', () => {
    const online = (directory: Directory) =>
      rowsOf(directory, '', NONE).flatMap((row) => (row.kind === 'channel' ? [row.isOnline] : []));
    assert.deepEqual(online(SITE), [true, true, true, true, false]);
    const devices = SITE.devices.map((one) => ({ ...one, online: true }));
    assert.equal(online({ ...SITE, devices }).at(-1), false);
  });

  test('groups that are their own ancestors stand under the device, and nothing is lost', () => {
    const ids = ['g0', 'g1', 'g2', 'g3', 'g4'];
    const parent = fc.constantFrom(...ids, 'd1', 'unknown');
    fc.assert(
      fc.property(fc.tuple(parent, parent, parent, parent, parent), fc.array(parent), (parents, ofChannels) => {
        const directory: Directory = {
          devices: [device('d1', 'D')],
          groups: ids.map((id, i) => group('d1', id, id, parents[i])),
          channels: ofChannels.map((parentId, i) => channel('d1', `c${i}`, `c${i}`, { parentId })),
        };
        const rows = rowsOf(directory, '', NONE);
        const names = rows.flatMap((row) => (row.kind === 'channel' ? [row.channel.id] : []));
        assert.deepEqual(names.sort(), directory.channels.map((one) => one.id).sort());
        assert.equal(new Set(rows.map((row) => row.key)).size, rows.length);
      }),
    );
  });

  test('10,000 channels are found in well under the time of a keystroke', (t) => {
    const names = ['北门', '停车场入口', 'Loading dock', '一号楼大厅', '厂区东侧'];
    const devices = Array.from({ length: 100 }, (_, d) => device(`d${d}`, `设备 ${d}`));
    const channels = devices.flatMap((one, d) =>
      Array.from({ length: 100 }, (_, c) => channel(one.id, `${d * 100 + c}`, `${names[c % 5]} ${d}-${c}`)),
    );
    const directory = { devices, channels, groups: [] };
    prepareSearch(directory);
    const startMs = performance.now();
    const rows = rowsOf(directory, 'tccrk 99-', NONE);
    const tookMs = performance.now() - startMs;
    t.diagnostic(`${tookMs.toFixed(1)} ms`);
    assert.equal(rows.filter((row) => row.kind === 'channel').length, 20);
    assert.ok(tookMs < 2_000);
  });
});

test('only what can be seen is drawn, whatever the place', () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(700_000), fc.nat(3_000), (count, scrollTop, heightPx) => {
      const { first, end } = windowOf(count, 32, scrollTop, heightPx);
      assert.ok(first >= 0 && end <= count && first <= end);
      assert.ok(end - first <= heightPx / 32 + 30);
      for (let row = Math.floor(scrollTop / 32); row * 32 < scrollTop + heightPx && row < count; row++)
        assert.ok(row >= first && row < end);
    }),
  );
});
