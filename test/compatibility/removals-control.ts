/** How each tolerance of control is taken out of the source; see removals.ts. */
import type { Removal } from './removal.ts';

export const CONTROL_REMOVALS: readonly Removal[] = [
  {
    code: 'PTZ-1',
    file: 'sip/wire/ptz-command.ts',
    find: 'bytes[7] = bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;',
    replace: 'bytes[7] = 0;',
    test: 'sip/wire/ptz-command.test.ts',
  },
  {
    code: 'PTZ-2',
    file: 'sip/wire/ptz-command.ts',
    find: 'const bits = pair(pan, 0x01, 0x02) |',
    replace: 'const bits = pair(pan, 0x01, 0x04) |',
    test: 'sip/wire/ptz-command.test.ts',
  },
  {
    code: 'PTZ-3',
    file: 'gateway/control/ptz.ts',
    find: 'Math.min(most, Math.max(1, Math.round(Math.abs(value) * most)))',
    replace: 'Math.min(most, Math.round(Math.abs(value) * most))',
    test: 'gateway/control/ptz-lane.test.ts',
  },
  {
    code: 'PTZ-4',
    file: 'gateway/control/ptz-lane.ts',
    find: "    this.#set('deadMan', timeoutMs, () => void this.stop());\n",
    replace: '',
    test: 'gateway/control/ptz-lane.test.ts',
  },
  {
    code: 'PTZ-5',
    file: 'gateway/control/asked.ts',
    find: 'if (other !== undefined && isDeaf(answer)) {',
    replace: 'if (other === deviceId && first === deviceId) {',
    test: 'gateway/control/ptz.test.ts',
  },
  {
    code: 'PTZ-6',
    file: 'gateway/control/controls.ts',
    find: "device === undefined ? 'IFameCmd' : profileOf(device).keyFrameCommand",
    replace: "device === undefined ? 'IFameCmd' : 'IFrameCmd'",
    test: 'gateway/control/controls.test.ts',
  },
  {
    code: 'PTZ-7',
    file: 'sip/manscdp/preset-query.ts',
    find: 'number === null || number < 1 || number > 255',
    replace: 'number === null',
    test: 'sip/manscdp/device-control.test.ts',
  },
  {
    code: 'PTZ-8',
    file: 'gateway/control/configs.ts',
    find: 'if (await watch.restarted()) {',
    replace: "if ((await watch.restarted()) && deviceId === '') {",
    test: 'gateway/control/configs.test.ts',
  },
];
