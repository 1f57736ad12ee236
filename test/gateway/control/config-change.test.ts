import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changed, faultIn } from '../../../src/gateway/control/config-change.ts';
import type { ConfigObject, ConfigValue } from '../../../src/sip/manscdp/config-fields.ts';
import { CONFIG_SECTIONS, configSection } from '../../../src/sip/manscdp/config-sections.ts';

/** Changes upon what a device has. */

const value: fc.Arbitrary<ConfigValue> = fc.letrec<{ value: ConfigValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ maxLength: 8 }),
    fc.integer(),
    fc.boolean(),
    fc.dictionary(fc.constantFrom('Name', 'Item', 'X', 'Y', '@Z', '__proto__', 'constructor'), tie('value'), {
      noNullPrototype: true,
    }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;

test('a change twice is a change once, and no change changes nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CONFIG_SECTIONS), value, value, ({ field }, before, change) => {
      const once = changed(field, before, change);
      assert.deepEqual(changed(field, once, change), once);
      if (typeof before === 'object' && !Array.isArray(before)) assert.deepEqual(changed(field, before, {}), before);
    }),
  );
});

test('streams are merged by their number, new ones added', () => {
  const { field } = configSection('VideoParamAttribute');
  const before = {
    Item: [
      { StreamNumber: 0, FrameRate: 25, Own: 'x' },
      { StreamNumber: 1, FrameRate: 15 },
    ],
  };
  const change = {
    Item: [
      { StreamNumber: 2, FrameRate: 5 },
      { StreamNumber: 0, FrameRate: 20 },
    ],
  };
  assert.deepEqual(changed(field, before, change), {
    Item: [
      { StreamNumber: 0, FrameRate: 20, Own: 'x' },
      { StreamNumber: 1, FrameRate: 15 },
      { StreamNumber: 2, FrameRate: 5 },
    ],
  });
});

test('no body of any kind makes it throw, and what is let through has bounded depth', () => {
  const depth = (each: unknown): number =>
    typeof each === 'object' && each !== null ? 1 + Math.max(0, ...Object.values(each as ConfigObject).map(depth)) : 0;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 12 }), (body) => {
      if (faultIn(body, 'body') === null) assert.ok(depth(body) <= 8);
    }),
  );
});
