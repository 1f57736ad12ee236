import type { Dialogues } from '../../inspect/write/dialogues.ts';
import type { PortPool } from '../../media/ingest/port-pool.ts';
import { openReceiver } from '../../media/receiver.ts';
import { learn } from '../../sip/camera/profile.ts';
import { formsFor } from '../../sip/editions.ts';
import { keyFrameCommand } from '../../sip/manscdp/key-frame.ts';
import type { SipServer } from '../../sip/server.ts';
import type { SsrcPool } from '../../sip/ssrc.ts';
import type { Clock } from '../clock.ts';
import type { GatewayConfig } from '../config.ts';
import { callProfileOf, formsOf, learnFinding, learnRung } from '../devices/profile.ts';
import { pullTransport } from '../view-of.ts';
import type { PulledTransport } from '../views.ts';
import { transportLadder } from './ladder.ts';
import type { LivePorts } from './live-ports.ts';
import type { Rests } from './rests.ts';

export interface PullNeeds {
  readonly config: GatewayConfig;
  readonly sip: SipServer;
  readonly pool: PortPool;
  readonly ssrcs: SsrcPool;
  readonly clock: Clock;
  readonly rests: Rests;
  readonly dialogues: Dialogues;
  readonly log: { info(data: Record<string, unknown>, message: string): void };
  publish(type: string, data: Record<string, unknown>): void;
}

/** What every call to a device needs of the gateway, live or of recorded footage, filled from its parts. */
export function pullPorts({ config, sip, pool, ssrcs, clock, rests, dialogues, publish, log }: PullNeeds): LivePorts {
  const { directory } = sip;
  return {
    sip,
    ssrcs,
    clock,
    openReceiver: (o) => openReceiver({ ...o, pool }),
    stallTimeoutMs: config.media.stallTimeoutMs,
    lingerMs: config.media.lingerMs,
    loss: config.media.loss,
    ladder(deviceId, channelId, wish) {
      const device = directory.device(deviceId);
      const wishes = [
        wish,
        pullTransport(directory.channel(deviceId, channelId)?.mediaTransport),
        pullTransport(device?.mediaTransport),
        config.media.transport,
      ];
      const worked = workedTransport(device?.learned.mediaTransport);
      return {
        transports: transportLadder(wishes, worked, formsFor(device).firstTransport),
        ...formsOf(device, directory.channelCount(deviceId)),
      };
    },
    profile: (deviceId) => callProfileOf(directory.device(deviceId)),
    askKeyFrame: (deviceId, channelId, command) => void sip.ask(deviceId, keyFrameCommand(channelId, command)),
    keyFrameObeyed(deviceId, command) {
      const device = directory.device(deviceId);
      if (device !== undefined && learn(device, 'keyFrameCommand', command)) directory.save(device);
    },
    isOnline: (deviceId) => directory.device(deviceId)?.online === true,
    pauseBeforeMs: (deviceId, channelId) => rests.leftMs(deviceId, channelId),
    endedByDevice: (deviceId, channelId) => rests.note(deviceId, channelId),
    worked(deviceId, rung) {
      const device = directory.device(deviceId);
      if (device !== undefined && learnRung(device, rung)) directory.save(device);
    },
    noteFinding(deviceId, { code, detail }) {
      sip.noteFinding(deviceId, code, detail);
      const device = directory.device(deviceId);
      if (device !== undefined && learnFinding(device, code)) directory.save(device);
    },
    dialogueBegun: (callId) => dialogues.begin(callId),
    publish,
    log: (message, data) => log.info(data, message),
  };
}

function workedTransport(learned: unknown): PulledTransport | null {
  const transport = pullTransport(learned);
  return transport === undefined || transport === 'auto' ? null : transport;
}
