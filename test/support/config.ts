import type { GatewayConfig } from '../../src/gateway/config.ts';
import type { GatewayLog } from '../../src/gateway/gateway.ts';
import { PLATFORM_ID, SIP_PASSWORD } from './gbgate.ts';

/** A gateway for tests: loopback, free SIP port, short linger; change what the test is about. */
export function gatewayConfig(o: {
  data: string;
  media?: Partial<GatewayConfig['media']>;
  sip?: Partial<GatewayConfig['sip']>;
  record?: Partial<GatewayConfig['record']>;
  alarms?: Partial<GatewayConfig['alarms']>;
  positions?: Partial<GatewayConfig['positions']>;
  webhooks?: GatewayConfig['webhooks'];
}): GatewayConfig {
  return {
    sip: {
      id: PLATFORM_ID,
      domain: PLATFORM_ID.slice(0, 10),
      host: '127.0.0.1',
      port: 0,
      password: SIP_PASSWORD,
      auth: true,
      digest: ['MD5'],
      note: { mode: 'off', userIdentity: null },
      certificates: null,
      admission: 'open',
      advertise: null,
      redirect: [],
      tls: null,
      timeZone: 'Asia/Shanghai',
      ...o.sip,
    },
    media: {
      host: '127.0.0.1',
      firstPort: 42_000,
      lastPort: 43_999,
      transport: 'auto',
      pull: 'on-demand',
      lingerMs: 20_000,
      loss: 'deliver',
      stallTimeoutMs: 10_000,
      portHoldOffMs: 90_000,
      selfChannelAfterMs: 2000,
      advertise: null,
      ...o.media,
    },
    data: o.data,
    record: { segmentMs: 1_800_000, preRollMs: 5000, keepDays: null, maxBytes: null, minFreeBytes: 0, ...o.record },
    alarms: { keepDays: null, maxAlarms: 200_000, maxSnapshots: 20_000, ...o.alarms },
    positions: { keepDays: 30, maxPoints: 5_000_000, ...o.positions },
    webhooks: o.webhooks ?? [],
  };
}

export const SILENT: GatewayLog = { debug() {}, info() {}, warn() {} };
