/** How each tolerance of subscriptions is taken out of the source; see removals.ts. */
import type { Removal } from './removal.ts';

export const SUBSCRIPTION_REMOVALS: readonly Removal[] = [
  {
    code: 'SUB-1',
    file: 'sip/subscription.ts',
    find: 'if (this.#tried.size < forms.length) {',
    replace: 'if (this.#tried.size < 0) {',
    test: 'sip/camera/subscriptions.test.ts',
  },
  {
    code: 'SUB-2',
    file: 'sip/subscription.ts',
    find: "if (what === 'refresh') {",
    replace: "if (what === 'refresh' && outcome.kind === 'unanswered') {",
    test: 'sip/camera/subscriptions.test.ts',
  },
  {
    code: 'SUB-3',
    file: 'sip/camera/subscriptions.ts',
    find: 'lane.busy = true;',
    replace: 'lane.busy = false;',
    test: 'sip/camera/subscriptions.test.ts',
  },
  {
    code: 'SUB-5',
    file: 'sip/camera/subscriptions.ts',
    find: "this.#ports.found(deviceId, 'SUB-5',",
    replace: "this.#ports.found(deviceId, 'REFUSED',",
    test: 'sip/camera/subscriptions.test.ts',
  },
];
