import type { ConfigValue } from './config-fields.ts';
import { type ConfigType, configSection } from './config-sections.ts';
import { configNode } from './config-xml.ts';
import { type ControlResult, readControlResult } from './device-control.ts';
import { writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';

/**
 * Control/DeviceConfig (GB/T 28181 A.2.3.2): one section a message, since there is one `Result` only. Null when the device took it and
 * says nothing: some apply it and restart (PTZ-8).
 */
export function deviceConfig(targetId: string, type: ConfigType, value: ConfigValue): Question<ControlResult | null> {
  const cmdType = 'DeviceConfig';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) =>
      writeEnvelope(
        'Control',
        { cmdType, sn, deviceId: targetId },
        [configNode(configSection(type).field, value)],
        style,
      ),
    answer: 'optional',
    read: readControlResult,
  };
}
