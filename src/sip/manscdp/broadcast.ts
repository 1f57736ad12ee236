import { encodeBody } from './charset.ts';
import { type ControlResult, readControlResult } from './device-control.ts';
import type { Question } from './question.ts';
import { writeXml } from './xml.ts';

/**
 * Notify/Broadcast (GB/T 28181 9.12.1, A.2.5): tells a device that a voice is there for it. It answers `Response/Broadcast` and then
 * INVITEs the source. The body has no `DeviceID`: `SourceID` is who speaks (the platform), `TargetID` an audio output or the device.
 * Some devices leave the Response out, or send it behind the INVITE (TK-6): none within the time limit is no refusal.
 */
export function broadcastNotice(sourceId: string, targetId: string): Question<ControlResult | null> {
  return {
    command: 'Broadcast',
    targetId,
    write: (sn, style) => {
      const nodes = [
        ['CmdType', 'Broadcast'],
        ['SN', sn],
        ['SourceID', sourceId],
        ['TargetID', targetId],
      ] as const;
      return encodeBody(writeXml(['Notify', nodes], style.declared), style.charset);
    },
    answer: 'optional',
    read: readControlResult,
  };
}
