/** Every type of event that the gateway publishes, now or in a part that is still to come (contract, events). */
export const EVENT_TYPES: readonly string[] = [
  'device.registered',
  'device.online',
  'device.offline',
  'device.unregistered',
  'device.rejected',
  'device.conflict',
  'catalog.progress',
  'catalog.updated',
  'catalog.failed',
  'channel.online',
  'channel.offline',
  'channel.added',
  'channel.removed',
  'records.progress',
  'stream.started',
  'stream.stalled',
  'stream.recovered',
  'stream.ended',
  'recording.started',
  'recording.completed',
  'recording.failed',
  'download.queued',
  'download.started',
  'download.progress',
  'download.resumed',
  'download.completed',
  'download.partial',
  'download.failed',
  'download.cancelled',
  'alarm',
  'position',
  'ptz.position',
  'snapshot.completed',
  'talk.started',
  'talk.ended',
  'upgrade.completed',
];

/** Whether a wanted form (`download.*`, `alarm`, `*`) names a type. */
export function isWanted(wanted: string, type: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : wanted === type;
}
