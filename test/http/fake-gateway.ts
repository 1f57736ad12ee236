import type { ConfigsDesk, ConfigView } from '../../src/gateway/control/configs.ts';
import type { ControlAnswer, ControlsDesk } from '../../src/gateway/control/controls.ts';
import type { QueriesDesk } from '../../src/gateway/control/device-queries.ts';
import type { PresetView, PtzDesk } from '../../src/gateway/control/ptz.ts';
import { defaultProfile, type ProfileView } from '../../src/gateway/devices/profile.ts';
import type { DownloadFile, DownloadsDesk, DownloadView } from '../../src/gateway/download/download-views.ts';
import type { PlaybackDesk } from '../../src/gateway/playback/playbacks.ts';
import type { Gateway, ViewerHandle, ViewOptions } from '../../src/gateway/port.ts';
import type { OwnFootageDesk, RetentionView, TimelineItemView } from '../../src/gateway/recording/own-footage-views.ts';
import type { PlansDesk, PlanView } from '../../src/gateway/recording/plan-views.ts';
import { pageOfRecordings, type RecordingQuery } from '../../src/gateway/recording/recording-page.ts';
import type { TimelineFile, TimelineQuery } from '../../src/gateway/recording/timeline-file.ts';
import type { RecordDaysView, RecordsDesk, RecordsView } from '../../src/gateway/search/record-views.ts';
import type {
  CaptureView,
  ChannelView,
  DeliveryView,
  DeviceAddressesView,
  DeviceHealthView,
  DeviceView,
  GatewayEvent,
  GroupView,
  HealthView,
  OnboardingView,
  PresenceChangeView,
  Problem,
  RecordingView,
  StreamView,
  WebhookView,
} from '../../src/gateway/views.ts';
import type { ViewerSink } from '../../src/media/live/viewer.ts';
import { FakeAlarmRules, FakeAlarms, FakeImageSnapshots } from './fake-alarms.ts';
import { FakeTalks } from './fake-talks.ts';
import { FakePositions, FakeSubscriptions } from './fake-told.ts';

/** Answers of the device to queries. */
export const STATUS = {
  online: true,
  healthy: true,
  reason: '',
  encoding: true,
  recording: false,
  deviceTime: '2024-01-05T14:03:21',
  alarms: [{ deviceId: '34020000001340000001', duty: 'OFFDUTY' }],
};
export const CRUISES = [
  { number: 0, name: 'night' },
  { number: 2, name: 'day' },
];
export const HOME = { enabled: true, resetSeconds: 60, preset: 1 };
export const POSITION = {
  pan: 90,
  tilt: 10.5,
  zoom: 4,
  horizontalFieldAngle: 55,
  verticalFieldAngle: 33,
  maxViewDistance: null,
};
export const CARDS = [
  { id: 1, name: 'sd1', status: 'ok', formatProgress: null, capacityMb: 61057, freeMb: 30211 },
  { id: 2, name: 'sd2', status: 'formatting', formatProgress: 40, capacityMb: null, freeMb: null },
];

/** A viewer that the HTTP side attached, with everything it was told. */
export interface AttachedViewer {
  readonly what: string;
  readonly sink: ViewerSink;
  readonly options: ViewOptions;
  readonly reports: [number, number][];
  closed: number;
}

/** A gateway of plain lists: the HTTP side in front of it is the real one. */
export class FakeGateway implements Gateway {
  readonly sipPort = 5060;
  readonly sipTlsPort = null;
  readonly mediaPorts = '30000-31999';
  readonly signingKey = Buffer.from('key of the signatures in tests');
  readonly generated = { sipPassword: 'typed-in', token: 'generated' };
  readonly deviceList: DeviceView[] = [];
  readonly channelList: ChannelView[] = [];
  readonly groupList: GroupView[] = [];
  readonly streamList: StreamView[] = [];
  readonly recordingList: RecordingView[] = [];
  readonly captureList: CaptureView[] = [];
  webhookList: WebhookView[] = [];
  deliveryList: DeliveryView[] = [];
  readonly calls: unknown[][] = [];
  readonly viewers: AttachedViewer[] = [];
  readonly listeners = new Set<(event: GatewayEvent) => void>();
  replay: GatewayEvent[] = [];
  refusal: Problem | null = null;
  liveAnswer: { stream: StreamView; created: boolean } | Problem | null = null;
  catalogComplete = true;
  history: PresenceChangeView[] = [];
  healthOfDevice: DeviceHealthView = {
    online: true,
    registeredAt: '2026-01-05T14:03:21.000+08:00',
    expiresAt: '2026-01-05T15:03:21.000+08:00',
    expiresInSeconds: 3600,
    keepalive: { at: null, ageSeconds: 5, intervalSeconds: 60, allowedMisses: 3, missed: 0 },
    addresses: {
      deviceId: DEVICE,
      name: 'Camera',
      online: true,
      source: '192.168.1.64:5060',
      via: '192.168.1.10:5060',
      contact: 'sip:34020000002000000001@192.168.1.10:5060',
      sdp: { origin: '192.168.1.10', connection: '192.168.1.10' },
      says: [],
      clockOffsetSeconds: null,
    },
    findings: [],
  };
  profileShown: ProfileView = { ...defaultProfile('2016'), learned: {}, byHand: {} };
  file: { absolutePath: string; etag: string; complete: boolean } | null = null;
  onboardingAnswer: OnboardingView = ONBOARDING;
  readonly addressList: DeviceAddressesView[] = [];
  timelineAnswer: TimelineFile | Problem = { problem: 'recording_not_found', detail: 'Nothing was recorded.' };
  snapshotAnswer: Uint8Array | Problem = { problem: 'ffmpeg_missing', detail: 'It is not installed.' };
  thumbnailAnswer: { absolutePath: string } | Problem = { problem: 'ffmpeg_missing', detail: 'It is not installed.' };
  numbers: Record<string, number> = { sip_messages_received_total: 7, viewers: 2 };

  recordsAnswer: RecordsView | Problem = { items: [], complete: true, queryId: 'q1' };
  recordDaysAnswer: RecordDaysView | Problem = { month: '2026-01', days: [], complete: true };
  readonly records: RecordsDesk = {
    search: async (...asked) => {
      this.#said('records.search', ...asked);
      return this.recordsAnswer;
    },
    days: async (...asked) => {
      this.#said('records.days', ...asked);
      return this.recordDaysAnswer;
    },
  };

  playbackAnswer: { id: string } | Problem = { id: 's1' };
  controlAnswer: Problem | null = null;
  readonly playbacks: PlaybackDesk = {
    start: async (...asked) => {
      this.#said('playbacks.start', ...asked);
      return this.playbackAnswer;
    },
    control: async (...asked) => {
      this.#said('playbacks.control', ...asked);
      return this.controlAnswer;
    },
  };

  readonly talks = new FakeTalks();

  readonly alarms = new FakeAlarms();
  readonly subscriptions = new FakeSubscriptions();
  readonly positions = new FakePositions();
  readonly alarmRules = new FakeAlarmRules();
  readonly imageSnapshots = new FakeImageSnapshots();
  readonly presetList: PresetView[] = [];
  readonly ptz: PtzDesk = {
    drive: (...asked) => this.#told('ptz.drive', ...asked),
    stop: (...asked) => this.#told('ptz.stop', ...asked),
    presets: async (...asked) => (await this.#told('ptz.presets', ...asked)) ?? this.presetList,
    setPreset: (...asked) => this.#told('ptz.setPreset', ...asked),
    gotoPreset: (...asked) => this.#told('ptz.gotoPreset', ...asked),
    deletePreset: (...asked) => this.#told('ptz.deletePreset', ...asked),
    renamePreset: (...asked) => {
      this.#said('ptz.renamePreset', ...asked);
      return this.refusal;
    },
  };
  controlResult: ControlAnswer | null = null;
  readonly controls: ControlsDesk = {
    control: async (...asked) => (await this.#told('controls.control', ...asked)) ?? { answer: this.controlResult },
  };

  configShown: ConfigView = {};
  configConfirmed = true;
  readonly configs: ConfigsDesk = {
    read: async (...asked) => (await this.#told('configs.read', ...asked)) ?? { config: this.configShown },
    change: async (...asked) =>
      (await this.#told('configs.change', ...asked)) ?? {
        config: this.configShown,
        confirmed: this.configConfirmed,
      },
  };
  readonly queries: QueriesDesk = {
    status: async (...asked) => (await this.#told('queries.status', ...asked)) ?? STATUS,
    cruises: async (...asked) => (await this.#told('queries.cruises', ...asked)) ?? CRUISES,
    cruise: async (...asked) => (await this.#told('queries.cruise', ...asked)) ?? { ...CRUISES[0]!, points: [] },
    homePosition: async (...asked) => (await this.#told('queries.homePosition', ...asked)) ?? HOME,
    ptzPosition: async (...asked) => (await this.#told('queries.ptzPosition', ...asked)) ?? POSITION,
    storageCards: async (...asked) => (await this.#told('queries.storageCards', ...asked)) ?? CARDS,
  };

  readonly timelineItems: TimelineItemView[] = [];
  readonly footage: OwnFootageDesk = {
    timeline: (...asked) => {
      this.#said('footage.timeline', ...asked);
      return this.refusal ?? { items: this.timelineItems };
    },
    days: (...asked) => {
      this.#said('footage.days', ...asked);
      return this.refusal ?? this.recordDaysAnswer;
    },
    retention: async () => RETENTION,
  };

  readonly planList: PlanView[] = [];
  readonly plans: PlansDesk = {
    all: () => [...this.planList],
    get: (...asked) => {
      this.#said('plans.get', ...asked);
      return this.planList[0]!;
    },
    put: (...asked) => {
      this.#said('plans.put', ...asked);
      return this.refusal ?? this.planList[0]!;
    },
    alarm: (...asked) => {
      this.#said('plans.alarm', ...asked);
      return this.refusal ?? this.planList[0]!;
    },
  };

  readonly downloadList: DownloadView[] = [];
  downloadFile: DownloadFile | Problem = { problem: 'conflict', detail: 'Nothing of it has come yet.' };
  #download(id: string): DownloadView | Problem {
    return this.refusal ?? this.downloadList.find((one) => one.id === id) ?? missing('download_not_found', id);
  }
  readonly downloads: DownloadsDesk = {
    add: (...asked) => {
      this.#said('downloads.add', ...asked);
      return this.#download('new');
    },
    all: () => this.downloadList.map((one) => ({ ...one, createdAtEpochMs: Date.parse(one.createdAt) })),
    get: (id) => this.#download(id),
    cancel: async (id) => {
      this.#said('downloads.cancel', id);
      return this.#download(id);
    },
    retry: (id) => {
      this.#said('downloads.retry', id);
      return this.#download(id);
    },
    setPriority: (...asked) => {
      this.#said('downloads.setPriority', ...asked);
      return this.#download(asked[0]);
    },
    delete: async (id) => {
      this.#said('downloads.delete', id);
      const found = this.#download(id);
      return 'problem' in found ? found : null;
    },
    file: () => this.downloadFile,
  };

  async #told(...call: unknown[]): Promise<Problem | null> {
    this.calls.push(call);
    return this.refusal;
  }

  #said(name: string, ...args: unknown[]): void {
    this.calls.push([name, ...args]);
  }
  devices() {
    return [...this.deviceList];
  }
  device(id: string) {
    return this.deviceList.find((d) => d.id === id) ?? missing('device_not_found', id);
  }
  addDevice(d: { id: string; name?: string; password?: string }) {
    this.#said('addDevice', d);
    if (this.deviceList.some(({ id }) => id === d.id)) return { problem: 'conflict', detail: 'It exists.' } as const;
    const made = device(d.id, { name: d.name ?? '', online: false });
    this.deviceList.push(made);
    return made;
  }
  changeDevice(id: string, p: object) {
    this.#said('changeDevice', id, p);
    return this.device(id);
  }
  deleteDevice(id: string, o: { block: boolean }) {
    this.#said('deleteDevice', id, o);
    const found = this.device(id);
    return 'problem' in found ? found : null;
  }
  deviceHistory(id: string) {
    const found = this.device(id);
    return 'problem' in found ? found : this.history;
  }
  deviceHealth(id: string) {
    const found = this.device(id);
    return 'problem' in found ? found : this.healthOfDevice;
  }
  profile(id: string) {
    const found = this.device(id);
    return 'problem' in found ? found : this.profileShown;
  }
  changeProfile(id: string, changes: object) {
    this.#said('changeProfile', id, changes);
    return this.profile(id);
  }
  forgetProfile(id: string, o: { learnedOnly: boolean }) {
    this.#said('forgetProfile', id, o);
    const found = this.device(id);
    return 'problem' in found ? found : null;
  }
  async refreshCatalog(id: string, waitMs: number) {
    this.#said('refreshCatalog', id, waitMs);
    const found = this.device(id);
    if ('problem' in found) return found;
    const items = this.channelList.filter((c) => c.deviceId === id);
    return { items, next: null, complete: this.catalogComplete, queryId: 'q1' };
  }
  async onboarding(camera: string | null) {
    this.#said('onboarding', camera);
    return this.onboardingAnswer;
  }
  sipPassword() {
    return 'typed-in';
  }
  channels(deviceId?: string) {
    if (deviceId !== undefined && 'problem' in this.device(deviceId)) return missing('device_not_found', deviceId);
    return this.channelList.filter((c) => deviceId === undefined || c.deviceId === deviceId);
  }
  groups(deviceId?: string) {
    if (deviceId !== undefined && 'problem' in this.device(deviceId)) return missing('device_not_found', deviceId);
    return this.groupList.filter((g) => deviceId === undefined || g.deviceId === deviceId);
  }
  channel(deviceId: string, id: string) {
    return this.channelList.find((c) => c.deviceId === deviceId && c.id === id) ?? missing('channel_not_found', id);
  }
  changeChannel(deviceId: string, id: string, p: object) {
    this.#said('changeChannel', deviceId, id, p);
    return this.channel(deviceId, id);
  }
  async live(deviceId: string, channelId: string, o: object) {
    this.#said('live', deviceId, channelId, o);
    return this.liveAnswer ?? missing('channel_not_found', channelId);
  }
  streams(o: { running?: boolean } = {}) {
    return this.streamList.filter((s) => o.running === undefined || (s.state !== 'ended') === o.running);
  }
  stream(id: string) {
    return this.streamList.find((s) => s.id === id) ?? missing('stream_not_found', id);
  }
  async snapshot(id: string) {
    this.#said('snapshot', id);
    const found = this.stream(id);
    return 'problem' in found ? found : Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
  }

  async stopStream(id: string) {
    this.#said('stopStream', id);
    const found = this.stream(id);
    return 'problem' in found ? found : null;
  }
  watchLive(d: string, c: string, n: number, sink: ViewerSink, options: ViewOptions) {
    return this.#watch(`${d}/${c}/${n}`, sink, options);
  }
  watchStream(id: string, sink: ViewerSink, options: ViewOptions) {
    return this.#watch(id, sink, options);
  }
  #watch(what: string, sink: ViewerSink, options: ViewOptions): ViewerHandle | Problem {
    if (this.refusal !== null) return this.refusal;
    const viewer: AttachedViewer = { what, sink, options, reports: [], closed: 0 };
    this.viewers.push(viewer);
    return {
      report: (end, time) => viewer.reports.push([end, time]),
      close: () => {
        viewer.closed++;
      },
    };
  }
  async startRecording(id: string) {
    this.#said('startRecording', id);
    return this.recordingList[0] ?? missing('stream_not_found', id);
  }
  async stopRecording(id: string) {
    this.#said('stopRecording', id);
    return this.recordingList[0] ?? missing('stream_not_found', id);
  }
  recordings(query: RecordingQuery) {
    const rows = this.recordingList.map((r) => ({
      ...r,
      startEpochMs: Date.parse(r.start),
      endEpochMs: r.end === null ? null : Date.parse(r.end),
      error: null,
    }));
    rows.sort((a, b) => b.startEpochMs - a.startEpochMs || (a.id < b.id ? 1 : -1));
    const { items, hasMore } = pageOfRecordings(rows, query);
    return { items: items.map((row) => this.recordingList.find((r) => r.id === row.id)!), hasMore };
  }
  async timelineFile(query: TimelineQuery) {
    this.#said('timelineFile', query);
    return this.timelineAnswer;
  }
  async recordingSnapshot(id: string, epochMs: number | null) {
    this.#said('recordingSnapshot', id, epochMs);
    const found = this.recording(id);
    return 'problem' in found ? found : this.snapshotAnswer;
  }
  async thumbnail(id: string) {
    this.#said('thumbnail', id);
    const found = this.recording(id);
    if ('problem' in found) return found;
    return this.thumbnailAnswer;
  }
  streamHistory(id: string) {
    const found = this.stream(id);
    return 'problem' in found ? found : { everyMs: 2000, bitrateBps: [2e6], fps: [25], loss: [0.01], viewers: [1] };
  }
  async health() {
    return HEALTH;
  }
  async askDeviceClocks(waitMs: number) {
    this.#said('askDeviceClocks', waitMs);
  }
  deviceAddresses() {
    return [...this.addressList];
  }
  recording(id: string) {
    return this.recordingList.find((r) => r.id === id) ?? missing('recording_not_found', id);
  }
  recordingFile(id: string) {
    if (this.file === null) return missing('recording_not_found', id);
    const hold = () => {
      this.#said('hold', id);
      return () => this.#said('release', id);
    };
    return { ...this.file, hold };
  }
  async deleteRecording(id: string) {
    this.#said('deleteRecording', id);
    const found = this.recording(id);
    if ('problem' in found) return found;
    return found.locked ? ({ problem: 'conflict', detail: 'It is locked.' } as const) : null;
  }
  lockRecording(id: string, locked: boolean) {
    const found = this.recording(id);
    return 'problem' in found ? found : { ...found, locked };
  }
  startCapture(streamId: string, o: { seconds: number; redact: boolean }) {
    this.#said('startCapture', streamId, o);
    const stream = this.stream(streamId);
    return 'problem' in stream ? stream : this.captures()[0]!;
  }
  captures() {
    return this.captureList;
  }
  capture(id: string) {
    return this.captureList.find((c) => c.id === id) ?? missing('capture_not_found', id);
  }
  captureFile(id: string) {
    const found = this.capture(id);
    return 'problem' in found ? found : (this.file ?? missing('capture_not_found', id));
  }
  async deleteCapture(id: string) {
    const found = this.capture(id);
    return 'problem' in found ? found : null;
  }
  events(since: string | null, types: string[] | null, listener: (e: GatewayEvent) => void) {
    this.#said('events', since, types);
    if (since !== null) for (const event of this.replay) listener(event);
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
  webhooks() {
    return this.webhookList;
  }
  deliveries(query: Parameters<Gateway['deliveries']>[0]) {
    this.#said('deliveries', query);
    const rest = this.deliveryList.filter(({ id }) => query.before === null || Number(id) < query.before);
    return { items: rest.slice(0, query.limit), hasMore: rest.length > query.limit };
  }
  redeliver(number: number) {
    this.#said('redeliver', number);
    const found = this.deliveryList.find(({ id }) => Number(id) === number);
    return found ?? missing('delivery_not_found', String(number));
  }
  counters() {
    return this.numbers;
  }
  system() {
    return { sipId: '34020000002000000001' };
  }
  async close() {
    this.#said('close');
  }
}

/** What is kept, as `GET /api/v1/retention` answers it. */
export const RETENTION: RetentionView = {
  keepDays: 30,
  maxBytes: null,
  minFreeBytes: 2e9,
  recordings: 12,
  bytes: 5e9,
  lockedBytes: 1e9,
  oldest: '2026-01-01T08:00:00+08:00',
  freeBytes: 5e11,
  wantedFreeBytes: 2e9,
  missingBytes: 0,
  lastRun: { at: '2026-01-05T08:00:00+08:00', recordings: 3, bytes: 3e9 },
};

const ONBOARDING: OnboardingView = {
  serverId: '34020000002000000001',
  domain: '3402000000',
  address: '192.168.1.10',
  addressFrom: 'interface',
  addresses: [{ address: '192.168.1.10', interface: 'eth0' }],
  port: 5060,
  transports: ['udp', 'tcp'],
  authentication: true,
  hasPassword: true,
  admission: 'open',
  expiresSeconds: 3600,
  heartbeatSeconds: 60,
  heartbeatCount: 3,
  deviceIds: { camera: ['34020000001320000001'], recorder: ['34020000001180000001'] },
  arrivals: [],
};

function missing(problem: Problem['problem'], id: string): Problem {
  return { problem, detail: `${id} is unknown.` };
}

const HEALTH: HealthView = {
  versions: { node: 'v20.0.0', ffmpeg: '7.1' },
  process: { cpu: 0.25, memoryBytes: 1e8, heapBytes: 5e7, loopDelayP99Ms: 2, loopDelayMaxMs: 9 },
  machine: { cores: 4, cpu: 0.5, memoryBytes: 8e9, memoryFreeBytes: 4e9, receiveBufferMaxBytes: 212_992 },
  disk: { path: '/data', totalBytes: 1e12, freeBytes: 5e11 },
  ports: { total: 2000, leased: 2, heldOff: 4, occupied: 0, free: 1994 },
  warnings: [
    {
      check: 'ffmpeg',
      code: 'ffmpeg_missing',
      severity: 'warning',
      sentence: 'It is not there.',
      cure: 'Install it.',
      values: {},
    },
  ],
};

export const DEVICE = '34020000001320000001';
export const CHANNEL = '34020000001310000001';

export function device(id: string, o: Partial<DeviceView> = {}): DeviceView {
  return {
    id,
    name: `Camera ${id.slice(-3)}`,
    manufacturer: 'Acme',
    model: 'X1',
    firmware: '1.0',
    online: true,
    transport: 'udp',
    address: '192.0.2.1:5060',
    registeredAt: '2026-01-01T08:00:00+08:00',
    keepaliveAt: '2026-01-01T08:01:00+08:00',
    expiresSeconds: 3600,
    channelCount: 1,
    version: '2016',
    ...o,
  };
}

export function channel(deviceId: string, id: string, o: Partial<ChannelView> = {}): ChannelView {
  return {
    id,
    deviceId,
    name: `Door ${id.slice(-3)}`,
    manufacturer: 'Acme',
    model: 'X1',
    status: 'on',
    parentId: deviceId,
    civilCode: '340200',
    address: 'Axis',
    Owner: 'kept as sent',
    ...o,
  };
}

export function stream(id: string, o: Partial<StreamView> = {}): StreamView {
  return {
    id,
    kind: 'live',
    deviceId: DEVICE,
    channelId: CHANNEL,
    streamNumber: 0,
    state: 'playing',
    transport: 'udp',
    ssrc: '0200000001',
    localPort: 30000,
    remote: '192.0.2.1:15060',
    startedAt: '2026-01-01T08:00:00+08:00',
    video: { codec: 'h264', width: 640, height: 360, fps: 25, profile: 'High' },
    audio: null,
    mime: 'video/mp4; codecs="avc1.64001f"',
    urls: {
      ws: `/live/${DEVICE}/${CHANNEL}.mp4?stream=0`,
      http: `/live/${DEVICE}/${CHANNEL}.mp4?stream=0`,
      page: `/#/live/${DEVICE}/${CHANNEL}`,
    },
    viewers: 0,
    stats: {
      packets: 1,
      bytes: 2,
      lost: 0,
      reordered: 0,
      duplicate: 0,
      discarded: 0,
      frames: 1,
      keyFrames: 1,
      bitrateBps: 2e6,
      gopMs: 1000,
      timestampJumps: 0,
      jitterMs: 0,
      roundTripMs: null,
    },
    steps: [],
    findings: [],
    ...o,
  };
}

export function recording(id: string, o: Partial<RecordingView> = {}): RecordingView {
  return {
    id,
    streamId: 's1',
    deviceId: DEVICE,
    channelId: CHANNEL,
    streamNumber: 0,
    start: '2026-01-01T08:00:00+08:00',
    end: '2026-01-01T08:10:00+08:00',
    durationMs: 600_000,
    bytes: 1000,
    path: `recordings/${DEVICE}/${CHANNEL}/2026-01-01/08-00-00.mp4`,
    state: 'complete',
    locked: false,
    reason: 'request',
    ...o,
  };
}
