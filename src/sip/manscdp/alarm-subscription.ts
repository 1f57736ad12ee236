import { type BodyStyle, writeEnvelope } from './envelope.ts';

/** Query/Alarm (GB/T 28181 A.2.4.5), the body of a SUBSCRIBE: alarms of every priority and method, from now on. */
export function writeAlarmSubscription(deviceId: string, sn: number, style: BodyStyle): Buffer {
  return writeEnvelope(
    'Query',
    { cmdType: 'Alarm', sn, deviceId },
    [
      // all: the standard counts from 1, and 0 is understood by few devices
      ['StartAlarmPriority', 1],
      ['EndAlarmPriority', 4],
      ['AlarmMethod', 0],
    ],
    style,
  );
}
