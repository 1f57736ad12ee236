import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayConfig } from '../../src/gateway/config.ts';
import type { DownloadRequest, DownloadView } from '../../src/gateway/download/download-views.ts';
import { openGateway } from '../../src/gateway/gateway.ts';
import type { Gateway } from '../../src/gateway/port.ts';
import type { GatewayEvent } from '../../src/gateway/views.ts';
import { gatewayConfig, SILENT } from './config.ts';
import { until } from './gbgate.ts';
import { type Nvr, type NvrOptions, startNvr } from './nvr.ts';

/** A gateway in this process with one simulated recorder. */
export interface FootageSite {
  readonly gateway: Gateway;
  readonly nvr: Nvr;
  readonly data: string;
  readonly events: GatewayEvent[];
  channel(index?: number): string;
  /** Asks for a download. */
  ask(request: Partial<DownloadRequest> & { startEpochMs: number; endEpochMs: number }, channel?: number): DownloadView;
  /** Waits until it is over. */
  over(id: string, limitMs?: number): Promise<DownloadView>;
  /** Absolute path of what the download shows. */
  fileOf(view: DownloadView): string;
  close(): Promise<void>;
}

export async function openFootageSite(
  o: Omit<NvrOptions, 'id'> & { media?: Partial<GatewayConfig['media']> } = {},
): Promise<FootageSite> {
  const data = mkdtempSync(join(tmpdir(), 'gbgate-footage-'));
  const gateway = await openGateway(gatewayConfig({ data, media: { portHoldOffMs: 1000, ...o.media } }), SILENT);
  if ('fault' in gateway) throw new Error(gateway.fault);
  const events: GatewayEvent[] = [];
  gateway.events(null, null, (event) => events.push(event));
  const id = '34020000001180000001';
  const nvr = await startNvr(gateway.sipPort, { id, ...o });
  // a catalogue comes in several messages
  await until('its channels', () => nvr.channels.every((channelId) => !('problem' in gateway.channel(id, channelId))));
  const channel = (index = 0) => nvr.channels[index]!;
  const get = (downloadId: string): DownloadView => {
    const view = gateway.downloads.get(downloadId);
    if ('problem' in view) throw new Error(view.detail);
    return view;
  };
  return {
    gateway,
    nvr,
    data,
    events,
    channel,
    ask(request, index = 0) {
      const made = gateway.downloads.add(id, channel(index), {
        speed: 8,
        transport: 'auto',
        exact: false,
        priority: 0,
        ...request,
      });
      if ('problem' in made) throw new Error(made.detail);
      return made;
    },
    async over(downloadId, limitMs = 60_000) {
      const isOver = () => ['complete', 'partial', 'failed', 'cancelled'].includes(get(downloadId).state);
      await until('the end of a download', isOver, limitMs).catch((error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(get(downloadId))}`);
      });
      return get(downloadId);
    },
    fileOf: (view) => join(data, view.path),
    async close() {
      await nvr.stop();
      await gateway.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
