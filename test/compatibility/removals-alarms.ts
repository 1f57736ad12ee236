/** How each tolerance of alarms is taken out of the source; see removals.ts. */
import type { Removal } from './removal.ts';

export const ALARM_REMOVALS: readonly Removal[] = [
  {
    code: 'SUB-4',
    file: 'gateway/control/vocabulary.ts',
    find: "      if (event.type === 'subscription.changed') arming.changed(event.data);\n",
    replace: '',
    test: 'gateway/alarms/alarm-arming.test.ts',
  },
  {
    code: 'SUB-6',
    file: 'sip/manscdp/alarm.ts',
    find: "method: wordNumber ?? whole('AlarmMethod', methodText, 7)",
    replace: "method: whole('AlarmMethod', methodText, 7)",
    test: 'sip/manscdp/alarm.test.ts',
  },
];
