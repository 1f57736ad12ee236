import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { configFormSchemas } from '../../src/gateway/config-schema.ts';
import { changeOf, type Value, withValue } from '../../web/page/config/change.ts';
import {
  areasOf,
  type Mark,
  marksOf,
  mostOf,
  rasterOf,
  withMark,
  withNew,
  withoutMark,
} from '../../web/page/config/plane/areas.ts';
import {
  type Box,
  boxAround,
  boxBetween,
  cellAt,
  gripOf,
  moved,
  resized,
  shareOf,
} from '../../web/page/config/plane/box.ts';
import { declaredSize, sizeOfResolution } from '../../web/page/config/plane/declared.ts';
import { emptyOf, inOrder, isCount, isKey, isTimeSegment, mayGrow, type Schema } from '../../web/page/config/schema.ts';
import { segmentParts, segmentTime } from '../../web/page/config/time-segment.ts';
import { configWords } from '../../web/page/words/config.ts';

const SCHEMAS = configFormSchemas() as unknown as Readonly<Record<string, Schema>>;

/** As the gateway does it: objects are merged, everything else is replaced. */
function merged(before: Value | undefined, change: Value | undefined): Value | undefined {
  if (change === undefined) return before;
  if (typeof change !== 'object' || Array.isArray(change)) return change;
  const held = typeof before === 'object' && !Array.isArray(before) ? (before as Record<string, Value>) : {};
  const inner = Object.entries(change as Record<string, Value>).map(
    ([name, value]) => [name, merged(held[name], value)] as const,
  );
  return { ...held, ...Object.fromEntries(inner) } as Value;
}

test('what changed and nothing else is said; the gateway makes of it what stands in the form', () => {
  const before = { Name: 'a', Expiration: 3600, Maker: { Deep: 1, Other: 2 }, List: [1, 2] };
  assert.equal(changeOf(before, { ...before }), undefined);
  assert.deepEqual(changeOf(before, { ...before, Name: 'b' }), { Name: 'b' });
  assert.deepEqual(changeOf(before, withValue(before, ['Maker', 'Deep'], 3)), { Maker: { Deep: 3 } });
  assert.deepEqual(changeOf(before, withValue(before, ['List', 1], 5)), { List: [1, 5] });
  assert.deepEqual(changeOf(0, 2), 2);
  const { tree } = fc.letrec<{ tree: Value }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.boolean(),
      fc.string(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('A', 'B', 'C', 'D'), tie('tree'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  const object = fc.dictionary(fc.constantFrom('A', 'B', 'C'), tree, { noNullPrototype: true });
  fc.assert(
    fc.property(object, fc.constantFrom('A', 'B', 'C'), tree, (config, name, value) => {
      // the form sets values and takes none away
      const after = withValue(config as Value, [name], value);
      const change = changeOf(config as Value, after) as Value | undefined;
      const isGrown = typeof value !== 'object' || Array.isArray(value);
      if (isGrown) assert.deepEqual(merged(config as Value, change), after);
    }),
  );
});

test('a value is set where nothing was, in objects and in lists', () => {
  assert.deepEqual(withValue(undefined, ['A', 0, 'B'], 1), { A: [{ B: 1 }] });
  assert.equal(withValue({ A: 1 }, [], 3), 3);
});

test('every element of the standard has a name in both languages, and what is only read is so', () => {
  const names = new Set<string>();
  const walk = (schema: Schema) => {
    if (isTimeSegment(schema)) return; // typed as two times
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      if (!isCount(name) && name !== 'Item') names.add(name);
      walk(inner);
    }
    if (schema.items !== undefined) walk(schema.items);
  };
  for (const [section, schema] of Object.entries(SCHEMAS)) {
    assert.ok(configWords.en.sections[section], section);
    if (schema.properties === undefined) names.add(section);
    walk(schema);
  }
  assert.ok(names.size > 60);
  for (const language of ['en', 'zh'] as const) {
    const { fields } = configWords[language];
    assert.deepEqual(
      [...names].filter((name) => fields[name] === undefined),
      [],
      language,
    );
    assert.deepEqual(
      Object.keys(fields).filter((name) => !names.has(name)),
      [],
      `${language}: names of nothing`,
    );
  }
});

test('a new entry has what the standard demands of it, and is taken by its schema', () => {
  const { PictureMask, VideoRecordPlan } = SCHEMAS as { PictureMask: Schema; VideoRecordPlan: Schema };
  const region = PictureMask.properties?.RegionList?.properties?.Item?.items as Schema;
  assert.deepEqual(emptyOf(region), { Seq: 1, Point: [0, 0, 0, 0] });
  const day = VideoRecordPlan.properties?.RecordSchedule?.items as Schema;
  assert.deepEqual(emptyOf(day), { WeekDayNum: 1, TimeSegment: [] });
  const segment = day.properties?.TimeSegment?.items as Schema;
  assert.equal(isTimeSegment(segment), true);
  assert.deepEqual(emptyOf(segment), { StartHour: 0, StartMin: 0, StartSec: 0, StopHour: 24, StopMin: 0, StopSec: 0 });
});

test('streams are those that the device has; entries of others come and go', () => {
  assert.equal(mayGrow('VideoParamAttribute'), false);
  assert.equal(mayGrow('OSDConfig'), true);
  assert.equal(isKey('VideoParamAttribute', 'StreamNumber'), true);
  assert.equal(isKey('VideoAlarmRecord', 'StreamNumber'), false);
});

test('times of a recording plan are typed as a clock shows them', () => {
  const segment = { StartHour: 8, StartMin: 5, StartSec: 0, StopHour: 24, StopMin: 0, StopSec: 0 };
  assert.deepEqual([segmentTime(segment, 'Start'), segmentTime(segment, 'Stop')], ['08:05:00', '24:00:00']);
  assert.deepEqual(segmentParts('9:30', 'Start'), { StartHour: 9, StartMin: 30, StartSec: 0 });
  assert.deepEqual(segmentParts('24:00:00', 'Stop'), { StopHour: 24, StopMin: 0, StopSec: 0 });
  for (const wrong of ['', '25:00', '24:01', '9', '09:60', 'noon'])
    assert.equal(segmentParts(wrong, 'Stop'), null, wrong);
});

test('sections stand in the order in which people look for them, whatever the device answers first', () => {
  const config = { SVACEncodeConfig: 1, OSDConfig: 2, BasicParam: 3, Maker: 4 };
  assert.deepEqual(
    inOrder(config).map(([name]) => name),
    ['BasicParam', 'OSDConfig', 'SVACEncodeConfig', 'Maker'],
  );
});

const HD = { width: 1920, height: 1080 };

/** What a section has on a picture of 1920 × 1080. */
function drawing(section: string) {
  const areas = areasOf(section);
  const schema = SCHEMAS[section];
  assert.ok(areas !== null && schema !== undefined);
  const raster = rasterOf(areas, HD);
  return {
    areas,
    most: mostOf(areas, schema),
    raster,
    marks: (value: Value) => marksOf(areas, value, raster),
    put: (value: Value, key: Mark['key'], box: Box) => withMark(areas, value, key, box, raster),
    add: (value: Value, box: Box) => withNew(areas, schema, value, box, raster),
    without: (value: Value, key: number) => withoutMark(areas, value, key),
  };
}

test('masked regions: corners in pixels, numbers that are free, four of them at most; what else an entry has stays', () => {
  const mask = drawing('PictureMask');
  assert.equal(mask.most, 4);
  const box = { left: 20, top: 30, right: 50, bottom: 60 };
  let value = mask.add({ On: false }, box);
  assert.deepEqual(value, { On: false, RegionList: { Item: [{ Seq: 1, Point: [20, 30, 50, 60] }] } });
  value = mask.add(mask.add(value, box), box);
  value = mask.without(value, 1);
  assert.deepEqual(
    mask.marks(value).map(({ key, name }) => [key, name]),
    [
      [0, '1'],
      [1, '3'],
    ],
  );
  const numbers = (mask.add(value, box) as { RegionList: { Item: { Seq: number }[] } }).RegionList.Item;
  assert.deepEqual(
    numbers.map(({ Seq }) => Seq),
    [1, 3, 2],
  );
  const own = { RegionList: { Item: [{ Seq: 1, Point: [1, 2, 3, 4], Maker: 'x' }], Num: 1 } };
  assert.deepEqual(mask.put(own, 0, box), {
    RegionList: { Item: [{ Seq: 1, Point: [20, 30, 50, 60], Maker: 'x' }], Num: 1 },
  });
  assert.deepEqual(
    mask.marks({ RegionList: { Item: [{ Seq: 1 }, { Point: [1, 2, 3] }, 'x', { Point: [0, 0, 0] }] } }),
    [],
  );
  assert.deepEqual(mask.marks(3), []);
});

test('the on-screen display: the time and texts by their corner, in the pixels of its own window', () => {
  const osd = drawing('OSDConfig');
  assert.equal(osd.most, 8);
  const held = {
    Length: 704,
    Width: 576,
    TimeX: 10,
    TimeY: 20,
    TextEnable: false,
    Item: [{ Text: 'Gate', X: 5, Y: 6 }],
  };
  assert.deepEqual(osd.areas.own(held), { width: 704, height: 576 });
  assert.equal(osd.areas.own({ Length: 0, Width: 576 }), null);
  assert.deepEqual(osd.marks(held), [
    { key: 'time', name: '', box: { left: 10, top: 20, right: 10, bottom: 20 } },
    { key: 0, name: 'Gate', box: { left: 5, top: 6, right: 5, bottom: 6 } },
  ]);
  assert.deepEqual([osd.areas.isOn(held, 'time'), osd.areas.isOn(held, 0)], [true, false]);
  const there = { left: 100, top: 200, right: 100, bottom: 200 };
  assert.deepEqual(osd.put(held, 'time', there), { ...held, TimeX: 100, TimeY: 200 });
  assert.deepEqual(osd.put(held, 0, there), { ...held, Item: [{ Text: 'Gate', X: 100, Y: 200 }] });
  assert.deepEqual(osd.add(held, there), { ...held, Item: [...held.Item, { Text: '', X: 100, Y: 200 }] });
});

test('regions of interest: blocks of 32 × 32, counted line by line, as the example of the standard has them', () => {
  const roi = drawing('SVACEncodeConfig');
  assert.deepEqual(roi.raster, { width: 60, height: 34 });
  assert.equal(roi.most, 16);
  const held = { ROIParam: { ROIFlag: true, Item: [{ ROISeq: 1, TopLeft: 33, BottomRight: 99, ROIQP: 2 }] } };
  assert.deepEqual(roi.marks(held)[0]?.box, { left: 33, top: 0, right: 39, bottom: 1 });
  assert.deepEqual(roi.put(held, 0, { left: 33, top: 0, right: 39, bottom: 1 }), held);
  assert.deepEqual(roi.put(held, 0, { left: 0, top: 33, right: 59, bottom: 33 }), {
    ROIParam: { ROIFlag: true, Item: [{ ROISeq: 1, TopLeft: 1980, BottomRight: 2039, ROIQP: 2 }] },
  });
  const fresh = roi.add(held, { left: 0, top: 0, right: 0, bottom: 0 }) as { ROIParam: { Item: Value[] } };
  assert.deepEqual(fresh.ROIParam.Item[1], { ROISeq: 2, TopLeft: 0, BottomRight: 0, ROIQP: 0 });
});

test('a box that is moved keeps its size, one that is resized its other side; neither leaves the raster', () => {
  const raster = { width: 100, height: 50 };
  const box = { left: 10, top: 10, right: 29, bottom: 19 };
  assert.deepEqual(moved(box, { x: 5, y: -3 }, raster), { left: 15, top: 7, right: 34, bottom: 16 });
  assert.deepEqual(moved(box, { x: 999, y: 999 }, raster), { left: 80, top: 40, right: 99, bottom: 49 });
  assert.deepEqual(resized(box, { x: 1, y: 0 }, { x: 999, y: 999 }, raster, 8), { ...box, right: 99 });
  assert.deepEqual(resized(box, { x: -1, y: 1 }, { x: 999, y: -999 }, raster, 8), { ...box, left: 22, bottom: 17 });
  const cell = fc.record({ x: fc.integer({ min: -200, max: 300 }), y: fc.integer({ min: -200, max: 300 }) });
  const side = fc.constantFrom(-1, 0, 1);
  fc.assert(
    fc.property(cell, cell, cell, side, side, (a, b, by, x, y) => {
      const drawn = boxBetween(a, b, raster, 8);
      for (const one of [
        drawn,
        moved(drawn, by, raster),
        resized(drawn, { x, y }, by, raster, 8),
        boxAround(a, raster),
      ]) {
        assert.ok(one.left >= 0 && one.top >= 0 && one.right < 100 && one.bottom < 50, JSON.stringify(one));
        assert.ok(one.right - one.left >= 7 && one.bottom - one.top >= 7, JSON.stringify(one));
      }
      const after = moved(drawn, by, raster);
      assert.deepEqual(
        [after.right - after.left, after.bottom - after.top],
        [drawn.right - drawn.left, drawn.bottom - drawn.top],
      );
    }),
  );
});

test('a share of the picture is a cell and back; the last row of blocks ends with the picture', () => {
  for (const cellPx of [1, 32]) {
    const raster = { width: Math.ceil(1920 / cellPx), height: Math.ceil(1080 / cellPx) };
    assert.deepEqual(cellAt({ x: -1, y: -1 }, HD, cellPx), { x: 0, y: 0 });
    assert.deepEqual(cellAt({ x: 1, y: 1 }, HD, cellPx), { x: raster.width - 1, y: raster.height - 1 });
    const share = shareOf({ left: 0, top: 0, right: raster.width - 1, bottom: raster.height - 1 }, HD, cellPx);
    assert.deepEqual(share, { left: 0, top: 0, width: 1, height: 1 });
  }
});

test('near a side a pointer holds the side, also of a small box the middle moves it, far away it holds nothing', () => {
  const rect = { left: 100, top: 100, width: 80, height: 12 };
  assert.deepEqual(gripOf(rect, { x: 97, y: 106 }, 6), { x: -1, y: 0 });
  assert.deepEqual(gripOf(rect, { x: 179, y: 112 }, 6), { x: 1, y: 1 });
  assert.deepEqual(gripOf(rect, { x: 140, y: 106 }, 14), { x: 0, y: 0 });
  assert.equal(gripOf(rect, { x: 140, y: 130 }, 6), null);
});

test('the size of the main stream as devices tell it: by code, by numbers, by the order of named streams', () => {
  assert.deepEqual(sizeOfResolution('6'), { width: 1920, height: 1080 });
  assert.deepEqual(sizeOfResolution('2560x1440'), { width: 2560, height: 1440 });
  for (const none of ['', '9', 'toString', '1x1']) assert.equal(sizeOfResolution(none), null, none);
  const streams = [
    { StreamNumber: 1, Resolution: '4' },
    { StreamNumber: 0, Resolution: '5' },
  ];
  assert.deepEqual(declaredSize({ VideoParamAttribute: { Item: streams } }), { width: 1280, height: 720 });
  assert.deepEqual(declaredSize({ VideoParamConfig: { Item: [{ StreamName: 'a', Resolution: '2' }] } }), {
    width: 352,
    height: 288,
  });
  assert.equal(declaredSize({ BasicParam: { Name: 'x' } }), null);
});
