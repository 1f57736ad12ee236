import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { configFormSchemas } from '../../src/gateway/config-schema.ts';
import { changeOf, type Value, withValue } from '../../web/page/config/change.ts';
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
