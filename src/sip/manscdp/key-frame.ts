import { writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';

/** How the wish is spelled: `IFameCmd` is the misprint of 2016 (A.2.3.1.9) that devices of it know, `IFrameCmd` that of 2022 (PTZ-6). */
export type KeyFrameCommand = 'IFameCmd' | 'IFrameCmd';

/** Control/DeviceControl: send a key frame now. Nobody answers it but by doing so. */
export function keyFrameCommand(targetId: string, spelling: KeyFrameCommand): Question<null> {
  const cmdType = 'DeviceControl';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) => writeEnvelope('Control', { cmdType, sn, deviceId: targetId }, [[spelling, 'Send']], style),
    answer: 'none',
    read: () => null,
  };
}
