import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { Dialogues } from '../inspect/write/dialogues.ts';
import { PortPool } from '../media/ingest/port-pool.ts';
import type { RegisterAttempt } from '../sip/camera/attempt.ts';
import { type SipEvent, SipServer } from '../sip/server.ts';
import { SsrcPool } from '../sip/ssrc.ts';
import { openStore } from '../store/store.ts';
import { openAlarmDesks } from './alarms/alarm-desks.ts';
import { Captures } from './captures.ts';
import { atMost, type Clock, systemClock } from './clock.ts';
import type { GatewayConfig } from './config.ts';
import { openVocabulary } from './control/vocabulary.ts';
import { DeviceFiles } from './devices/device-files.ts';
import { Devices } from './devices/devices.ts';
import { Onboarding } from './devices/onboarding.ts';
import { DownloadDesk } from './download/downloads.ts';
import { Events } from './events.ts';
import { LiveTable } from './live/live-table.ts';
import { pullPorts } from './live/pull-ports.ts';
import { Rests } from './live/rests.ts';
import { StreamHistories } from './live/stream-histories.ts';
import { Streams } from './live/streams.ts';
import { openPlaybacks } from './playback/footage.ts';
import { footageSource } from './playback/footage-source.ts';
import type { Gateway } from './port.ts';
import { openReactions } from './reactions.ts';
import { OwnRecording } from './recording/own-recording.ts';
import { openRecorded } from './recording/recorded.ts';
import { Records } from './search/records.ts';
import { openSecrets } from './secrets.ts';
import { gatewayCounters } from './system/counters.ts';
import { watchStore } from './system/store-watch.ts';
import { System } from './system/system.ts';
import { openVoices } from './talk/talk-desk.ts';
import { isProblem } from './views.ts';
import { WebhookPost } from './webhooks/webhook-post.ts';
import { Webhooks } from './webhooks/webhooks.ts';
import { isoInZone } from './zone.ts';

/** The few levels the gateway writes on; a pino logger is one. */
export interface GatewayLog {
  debug(data: Record<string, unknown>, message: string): void;
  info(data: Record<string, unknown>, message: string): void;
  warn(data: Record<string, unknown>, message: string): void;
}

/** The gateway did not start: one sentence for whoever started it. */
export interface GatewayFault {
  readonly fault: string;
}

/** A stop waits this long for devices to answer their BYEs; who has not by then is asked again at the next start. */
const BYE_PATIENCE_MS = 3000;

/** Opens the data folder and finalises what a crash left in it, then the SIP sockets, then what stands on them. */
export async function openGateway(
  config: GatewayConfig,
  log: GatewayLog,
  clock: Clock = systemClock,
): Promise<Gateway | GatewayFault> {
  const dataDir = resolve(config.data);
  const store = openStore(dataDir);
  if ('fault' in store) return { fault: store.fault };
  watchStore(store, log, dataDir);
  const secrets = openSecrets(store.settings);
  const iso = (epochMs: number) => isoInZone(epochMs, config.sip.timeZone);
  const events = new Events(randomBytes(4).toString('hex'), () => iso(clock.epochMs()));
  const webhooks = new Webhooks({
    endpoints: config.webhooks,
    rows: store.deliveries,
    clock,
    random: Math.random,
    open: (endpoint) => new WebhookPost(endpoint, clock),
    iso,
    log: (message, data) => log.warn(data, message),
  });
  let own: OwnRecording | null = null;
  const publish = (type: string, data: Record<string, unknown>) => {
    log.debug({ type, ...data }, 'event');
    webhooks.publish(events.publish(type, data));
    own?.heard(type, data);
  };
  const newId = () => randomBytes(8).toString('hex');
  const hold = (recordingId: string) => retention.uses.hold(recordingId);
  const { footage, recordings, desk } = openRecorded({
    config,
    dataDir,
    rows: store.recordings,
    clock,
    newId,
    iso,
    hold,
    publish,
    log,
  });
  // before the first device can be heard: what it does would be missed while a big file is read
  await recordings.recover();
  let onSip: (event: SipEvent) => void = () => {};
  let onAttempt: (attempt: RegisterAttempt) => void = () => {};
  const dialogues = new Dialogues(() => clock.epochMs());
  const sip = await SipServer.open({
    platformId: config.sip.id,
    domain: config.sip.domain,
    host: config.sip.host,
    port: config.sip.port,
    authRequired: config.sip.auth,
    digest: config.sip.digest,
    note: config.sip.note,
    certificates: config.sip.certificates,
    password: config.sip.password ?? secrets.sipPassword,
    sealingKey: secrets.signingKey,
    admission: config.sip.admission,
    redirect: config.sip.redirect,
    tls: config.sip.tls,
    advertise: config.sip.advertise,
    mediaAdvertise: config.media.advertise,
    mediaListen: config.media.host,
    timeZone: config.sip.timeZone,
    stores: { devices: store.devices, channels: store.channels, dialogues: store.dialogues },
    log,
    onEvent: (event) => onSip(event),
    onAttempt: (attempt) => onAttempt(attempt),
    trace: (direction, message, peer) => dialogues.message(direction, message, peer),
  });
  if ('fault' in sip) {
    await webhooks.close();
    store.close();
    return { fault: sip.detail };
  }
  const pool = new PortPool({
    host: config.media.host,
    first: config.media.firstPort,
    last: config.media.lastPort,
    holdOffMs: config.media.portHoldOffMs,
    now: () => clock.nowMs(),
  });
  const rests = new Rests(clock);
  const { directory } = sip;
  const ssrcs = new SsrcPool(config.sip.id, Math.random());
  const captures = new Captures({
    folder: join(dataDir, 'captures'),
    clock,
    dialogues,
    sipEnd: (peerHost) => ({ host: sip.localAddressTo(peerHost), port: sip.port }),
    iso,
    newId,
    log: (message, data) => log.warn(data, message),
  });
  let closing: Promise<void> | null = null;
  const pulls = pullPorts({ config, sip, pool, ssrcs, clock, rests, dialogues, publish, log });
  const lives = new LiveTable(pulls, newId);
  const files = new DeviceFiles({
    directory,
    rows: store.presence,
    epochMs: () => clock.epochMs(),
    iso,
    addresses: (deviceId) => system.addressesOf(deviceId),
    findings: (deviceId) => sip.findingsOf(deviceId),
  });
  const devices = new Devices({
    directory,
    sealPassword: (deviceId, password) => sip.sealPassword(deviceId, password),
    queryCatalog: (deviceId, waitMs) => sip.queryCatalog(deviceId, waitMs),
    removeDevice(deviceId, block) {
      for (const stream of running()) if (stream.deviceId === deviceId) void stream.end('the device was deleted', 4404);
      sip.removeDevice(deviceId, { block });
      vocabulary.forget(deviceId);
      files.forget(deviceId);
    },
    iso,
  });
  const channelMissing = (deviceId: string, channelId: string) => {
    const channel = devices.channel(deviceId, channelId);
    return isProblem(channel) ? channel : null;
  };
  const vocabulary = openVocabulary({
    config,
    store,
    sip,
    clock,
    channelMissing,
    fetch(deviceId, channelId) {
      void streams.start(deviceId, channelId, { waitMs: 0 });
      plans.alarm(deviceId, channelId, null);
    },
    iso,
    publish,
  });
  const voices = openVoices({ sip, pool, ssrcs, clock, pulls, channelMissing, newId, iso, publish });
  const records = new Records({
    ask: (deviceId, query, o) => sip.records(deviceId, query, o),
    missing: channelMissing,
    clock,
    timeZone: config.sip.timeZone,
    iso,
    newId,
    publish,
  });
  const playbacks = openPlaybacks({
    pulls,
    sip,
    devices,
    lives,
    findFootage: records.find,
    newId,
    closing: () => closing !== null,
  });
  const downloads = new DownloadDesk({
    rows: store.downloads,
    find: records.find,
    open: footageSource(pulls),
    clock,
    dataDir,
    timeZone: config.sip.timeZone,
    isOnline: pulls.isOnline,
    missing: channelMissing,
    newId,
    iso,
    publish,
  });
  const running = () => [...lives.running(), ...playbacks.running()];
  const streams = new Streams({
    lives,
    playbacks,
    device: (id) => devices.get(id),
    channel: (deviceId, channelId) => devices.channel(deviceId, channelId),
    iso,
    clock,
    closing: () => closing !== null,
  });
  own = new OwnRecording({
    config,
    dataDir,
    plans: store.plans,
    footage,
    recordings,
    join: ({ deviceId, channelId, streamNumber }) => streams.join(deviceId, channelId, streamNumber),
    clock,
    iso,
    publish,
    log,
  });
  const { plans, retention, continuous } = own;
  const alarms = openAlarmDesks({
    config,
    dataDir,
    store,
    sip,
    asked: vocabulary.asked,
    clock,
    channelMissing,
    record(deviceId, channelId, seconds) {
      if (seconds === null) plans.alarm(deviceId, channelId, null);
      else if (channelMissing(deviceId, channelId) === null)
        continuous.trigger({ deviceId, channelId, streamNumber: 0 }, seconds);
    },
    live: (deviceId, channelId) => streams.start(deviceId, channelId, {}),
    keyFrame: (id) => streams.snapshot(id),
    newId,
    iso,
    publish,
  });
  const reactions = openReactions({ config, sip, clock, lives, running, rests, downloads });

  const sipPassword = config.sip.auth ? (config.sip.password ?? secrets.sipPassword) : null;
  const onboarding = new Onboarding({
    sip: config.sip,
    sipPort: () => sip.port,
    localAddressTo: (host) => sip.localAddressTo(host),
    directory,
    hasPassword: sipPassword !== null,
    clock,
    iso,
    tell: (arrival) => events.tell('onboarding.arrival', { ...arrival }),
  });
  onAttempt = (attempt) => onboarding.attempt(attempt);

  onSip = (event) => {
    publish(event.type, event.data);
    files.event(event);
    onboarding.event(event);
    vocabulary.event(event);
    voices.event(event);
    if (closing === null) reactions.event(event); // nothing may begin that nobody would end
  };
  sip.takeUp();
  downloads.resume();
  own.start();
  const histories = new StreamHistories(clock, running);
  const system = new System({
    config,
    dataDir,
    clock,
    sip,
    pool,
    recordingBps: () => recordings.bitrateBps,
    archive: (diskBytes) => own.health(diskBytes),
    webhooks: () => webhooks.endpoints(),
  });

  return {
    sipPort: sip.port,
    sipTlsPort: sip.tlsPort,
    mediaPorts: `${config.media.firstPort}-${config.media.lastPort}`,
    signingKey: secrets.signingKey,
    generated: {
      sipPassword: config.sip.auth && config.sip.password === null ? secrets.sipPassword : null,
      token: secrets.token,
    },
    onboarding: (camera) => onboarding.view(camera),
    sipPassword: () => sipPassword,
    devices: () => devices.all(),
    device: (id) => devices.get(id),
    addDevice: (device) => devices.add(device),
    changeDevice: (id, change) => devices.change(id, change),
    deleteDevice(id, o) {
      const refusal = devices.delete(id, o);
      if (refusal === null) plans.forget(id);
      return refusal;
    },
    deviceHistory: (id) => files.history(id),
    deviceHealth: (id) => files.health(id),
    profile: (id) => files.profiles.get(id),
    changeProfile: (id, changes) => files.profiles.change(id, changes),
    forgetProfile: (id, o) => files.profiles.forget(id, o),
    refreshCatalog: (id, waitMs) => devices.refreshCatalog(id, waitMs),
    channels: (deviceId) => devices.channels(deviceId),
    groups: (deviceId) => devices.groups(deviceId),
    channel: (deviceId, channelId) => devices.channel(deviceId, channelId),
    changeChannel: (deviceId, channelId, change) => devices.changeChannel(deviceId, channelId, change),
    live: (deviceId, channelId, o) => streams.start(deviceId, channelId, o),
    streams: (o) => streams.all(o),
    stream: (id) => streams.get(id),
    stopStream: (id) => streams.stop(id),
    streamHistory(id) {
      const live = streams.find(id);
      return isProblem(live) ? live : histories.of(id);
    },
    ...vocabulary.desks,
    ...alarms.desks,
    talks: voices.desk,
    records,
    downloads,
    plans,
    footage: own.desk,
    playbacks,
    snapshot: (id) => streams.snapshot(id),
    watchLive: (deviceId, channelId, streamNumber, sink, o) =>
      streams.watchLive(deviceId, channelId, streamNumber, sink, o),
    watchStream: (id, sink, o) => streams.watch(id, sink, o),
    ...desk((id) => streams.findLive(id)),
    startCapture(streamId, o) {
      const live = streams.find(streamId);
      return isProblem(live) ? live : captures.start(live, o);
    },
    captures: () => captures.all(),
    capture: (id) => captures.get(id),
    captureFile: (id) => captures.file(id),
    deleteCapture: (id) => captures.delete(id),
    events: (since, types, listener) => events.listen(since, types, listener),
    webhooks: () => webhooks.endpoints(),
    deliveries: (query) => webhooks.deliveries(query),
    redeliver: (number) => webhooks.redeliver(number),
    counters: () => ({
      ...alarms.counters(),
      ...voices.counters(),
      ...vocabulary.counters(),
      ...gatewayCounters({
        sip,
        webhooks,
        downloads,
        lives,
        pool,
        directory,
        store,
        recordings,
        retention,
        events,
        ssrcs,
      }),
    }),
    system: () => system.view(),
    health: () => system.health(),
    askDeviceClocks: (waitMs) => system.askDeviceClocks(waitMs),
    deviceAddresses: () => system.deviceAddresses(),
    close() {
      closing ??= (async () => {
        files.close();
        reactions.close();
        await alarms.close();
        await own?.close();
        await downloads.close(); // its calls are ended before the sockets are
        await voices.close();
        await vocabulary.close(); // cameras that move are stopped while there is a way to them
        records.close();
        histories.close();
        system.close();
        onboarding.close();
        await recordings.close();
        await captures.close();
        const ended = Promise.all(running().map((live) => live.end('the gateway is shutting down', 1001)));
        await atMost(clock, BYE_PATIENCE_MS, ended);
        await sip.close();
        pool.close();
        await webhooks.close(); // after everything that may still publish
        store.close();
      })();
      return closing;
    },
  };
}
