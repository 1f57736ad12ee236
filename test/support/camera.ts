import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { PLATFORM_ID, type RunningGateway, SIP_PASSWORD, until } from './gbgate.ts';
import { noteCamera } from './undisturbed.ts';

/** One well-behaved simulated camera at a gateway of the tests; say what is to be different. */
export function startCamera(sipPort: number, o: Partial<SimulatorOptions> & { id: string }): Promise<Simulator> {
  noteCamera(sipPort, o.id, (o.quirks?.size ?? 0) > 0);
  return startSimulator({
    server: { host: '127.0.0.1', port: sipPort },
    serverId: PLATFORM_ID,
    password: SIP_PASSWORD,
    channels: 1,
    count: 1,
    sip: 'udp',
    video: 'h264',
    audio: 'pcma',
    keepaliveSeconds: 60,
    expiresSeconds: 3600,
    quirks: new Set(),
    ...o,
  });
}

/** The channels of a device, once its catalogue has brought so many. */
export function channelsOf(gateway: RunningGateway, deviceId: string, count = 1): Promise<string[]> {
  return until(`${count} channels of ${deviceId}`, async () => {
    const { body } = await gateway.api('GET', `/api/v1/devices/${deviceId}/channels`);
    return body?.items?.length === count && body.items.map((channel: { id: string }) => channel.id);
  });
}
