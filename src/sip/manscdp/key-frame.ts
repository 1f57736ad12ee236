import { type BodyStyle, writeEnvelope } from './envelope.ts';

/** How the wish is spelled: `IFameCmd` is the misprint of 2016 (A.2.3.1.9) that devices of it know, `IFrameCmd` that of 2022 (PTZ-6). */
export type KeyFrameCommand = 'IFameCmd' | 'IFrameCmd';

/** Control/DeviceControl: send a key frame now. Nobody answers it but by doing so. */
export function writeKeyFrameCommand(
  channelId: string,
  sn: number,
  command: KeyFrameCommand,
  style: BodyStyle,
): Buffer {
  const head = { cmdType: 'DeviceControl', sn, deviceId: channelId };
  return writeEnvelope('Control', head, [[command, 'Send']], style);
}
