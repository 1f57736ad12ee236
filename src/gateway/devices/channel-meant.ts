import type { Directory } from '../../sip/camera/directory.ts';

/**
 * The channel that a device means by an id in what it tells: that channel, or the only one it has, for a camera names itself, its alarm
 * input or a centre. Null: nobody can know.
 */
export function channelMeant(
  directory: Pick<Directory, 'channel' | 'channels' | 'channelCount'>,
  deviceId: string,
  namedId: string,
): string | null {
  if (directory.channel(deviceId, namedId) !== undefined) return namedId;
  return directory.channelCount(deviceId) === 1 ? (directory.channels(deviceId)[0]?.id ?? null) : null;
}
