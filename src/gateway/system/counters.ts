import type { PortPool } from '../../media/ingest/port-pool.ts';
import type { Directory } from '../../sip/camera/directory.ts';
import type { SsrcPool } from '../../sip/ssrc.ts';
import type { LiveTable } from '../live/live-table.ts';

/** Where the numbers of the gateway are. */
export interface GatewayCounterSources {
  readonly sip: { counters(): Record<string, number> };
  readonly webhooks: { counters(): Record<string, number> };
  readonly downloads: { counters(): Record<string, number> };
  readonly lives: LiveTable;
  readonly pool: PortPool;
  readonly directory: Directory;
  readonly store: { readonly faults: { readonly count: number } };
  readonly recordings: { readonly runningCount: number };
  readonly retention: { counters(): Record<string, number> };
  readonly events: { readonly listenerCount: number };
  readonly ssrcs: SsrcPool;
}

/** One flat table for `/metrics`: what ends in `_total` only grows, the rest is a size now. */
export function gatewayCounters(s: GatewayCounterSources): Record<string, number> {
  const running = s.lives.running();
  const media = s.lives.totals();
  const ports = s.pool.counts();
  const known = s.directory.devices();
  return {
    ...s.sip.counters(),
    ...s.webhooks.counters(),
    ...s.retention.counters(),
    ...s.downloads.counters(),
    media_packets_total: media.packets,
    media_bytes_total: media.bytes,
    media_lost_packets_total: media.lost,
    media_discarded_total: media.discarded,
    media_frames_total: media.frames,
    media_stranger_packets_total: media.strangers,
    media_malformed_packets_total: media.malformed,
    media_connections_dropped_total: media.connectionsDropped,
    devices: known.length,
    devices_online: known.filter((device) => device.online).length,
    streams: running.length,
    streams_playing: running.filter((live) => live.state === 'playing').length,
    viewers: running.reduce((sum, live) => sum + live.stream.viewers, 0),
    store_faults_total: s.store.faults.count,
    recordings_running: s.recordings.runningCount,
    event_listeners: s.events.listenerCount,
    ssrcs_used: s.ssrcs.used,
    ports_total: ports.total,
    ports_leased: ports.leased,
    ports_held_off: ports.heldOff,
    ports_occupied: ports.occupied,
  };
}
