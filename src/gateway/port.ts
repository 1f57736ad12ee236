import type { ViewerSink } from '../media/live/viewer.ts';
import type { DeliveryQuery } from '../store/deliveries.ts';
import type { AlarmDesks } from './alarms/alarm-desks.ts';
import type { VocabularyDesks } from './control/vocabulary.ts';
import type { ProfileView } from './devices/profile.ts';
import type { DownloadsDesk } from './download/download-views.ts';
import type { PlaybackDesk } from './playback/playbacks.ts';
import type { OwnFootageDesk } from './recording/own-footage-views.ts';
import type { PlansDesk } from './recording/plan-views.ts';
import type { RecordingQuery } from './recording/recording-page.ts';
import type { TimelineFile, TimelineQuery } from './recording/timeline-file.ts';
import type { RecordsDesk } from './search/record-views.ts';
import type { TalkDesk } from './talk/talk-views.ts';
import type {
  CaptureView,
  CatalogView,
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
  PullTransport,
  RecordingView,
  StreamHistoryView,
  StreamView,
  WebhookView,
} from './views.ts';

/** A viewer that is attached to a stream. */
export interface ViewerHandle {
  /** The viewer's own lag, in seconds of media time (contract, viewers: `report`). */
  report(bufferedEnd: number, currentTime: number): void;
  /** The viewer is gone. Idempotent. */
  close(): void;
}

export interface ViewOptions {
  /** Text messages of the subprotocol `gbgate.v1` between the binary ones. */
  readonly protocol: boolean;
  /** End where a second init segment would come (chunked HTTP). */
  readonly singleInit: boolean;
}

/** Everything that the HTTP side may ask of the gateway. A refusal is a `Problem`, never an exception. */
export interface Gateway extends VocabularyDesks, AlarmDesks {
  readonly sipPort: number;
  /** Of SIP over TLS; null: there is none. */
  readonly sipTlsPort: number | null;
  /** `30000-31999` */
  readonly mediaPorts: string;
  /** Key of signed addresses, kept in the data folder. */
  readonly signingKey: Uint8Array;
  /** Secrets generated at first start, or null when they were configured or are switched off. */
  readonly generated: { readonly sipPassword: string | null; readonly token: string };

  devices(): DeviceView[];
  device(id: string): DeviceView | Problem;
  addDevice(device: { id: string; name?: string; password?: string }): DeviceView | Problem;
  changeDevice(
    id: string,
    change: { name?: string; password?: string; mediaTransport?: PullTransport },
  ): DeviceView | Problem;
  /** Forgets a device with its channels; `block` keeps it out for good. */
  deleteDevice(id: string, o: { block: boolean }): Problem | null;
  /** What to type into a camera's form (`camera`: its own IP address, null when unknown), and what arrived of cameras. */
  onboarding(camera: string | null): Promise<OnboardingView>;
  /** The password of devices without their own; null when there is none, or none is asked for. */
  sipPassword(): string | null;
  /** When the device came and went, newest first. */
  deviceHistory(id: string): PresenceChangeView[] | Problem;
  /** Registration, keepalives, addresses and findings of signalling. */
  deviceHealth(id: string): DeviceHealthView | Problem;
  /** What was learned of the device and what was set by hand. */
  profile(id: string): ProfileView | Problem;
  /** Sets fields by hand; null gives one back to what was learned. */
  changeProfile(id: string, changes: Readonly<Record<string, unknown>>): ProfileView | Problem;
  /** Forgets what was learned and, unless `learnedOnly`, what was set by hand. */
  forgetProfile(id: string, o: { learnedOnly: boolean }): Problem | null;
  /** Asks the device for its catalogue and waits at most `waitMs` for the end of the answer. */
  refreshCatalog(id: string, waitMs: number): Promise<CatalogView | Problem>;

  channels(deviceId?: string): ChannelView[] | Problem;
  groups(deviceId?: string): GroupView[] | Problem;
  channel(deviceId: string, channelId: string): ChannelView | Problem;
  changeChannel(
    deviceId: string,
    channelId: string,
    change: { name?: string; mediaTransport?: PullTransport },
  ): ChannelView | Problem;

  /** Footage in devices. */
  readonly records: RecordsDesk;
  /** Footage in devices, played: streams of kind `playback`. */
  readonly playbacks: PlaybackDesk;

  /** Own recordings in time. */
  readonly footage: OwnFootageDesk;
  /** When the gateway records by itself. */
  readonly plans: PlansDesk;
  /** Footage in devices, fetched into files. */
  readonly downloads: DownloadsDesk;

  /** Voice to devices. */
  readonly talks: TalkDesk;

  /** Starts or joins a live stream and waits for its first key frame; state `waiting` when none came in time. */
  live(
    deviceId: string,
    channelId: string,
    o: { transport?: PullTransport; streamNumber?: number; waitMs?: number },
  ): Promise<{ stream: StreamView; created: boolean } | Problem>;
  /** With `running` those that run, or those that have ended, only. */
  streams(o?: { running?: boolean }): StreamView[];
  stream(id: string): StreamView | Problem;
  stopStream(id: string): Promise<Problem | null>;
  /** The last minutes in numbers. */
  streamHistory(id: string): StreamHistoryView | Problem;
  /** The newest key frame of a stream as JPEG. */
  snapshot(streamId: string): Promise<Uint8Array | Problem>;
  /** Attaches a viewer to a channel; pulls it if nobody had. */
  watchLive(
    deviceId: string,
    channelId: string,
    streamNumber: number,
    sink: ViewerSink,
    o: ViewOptions,
  ): ViewerHandle | Problem;
  watchStream(streamId: string, sink: ViewerSink, o: ViewOptions): ViewerHandle | Problem;

  startRecording(streamId: string): Promise<RecordingView | Problem>;
  stopRecording(streamId: string): Promise<RecordingView | Problem>;
  /** One page, the newest first. */
  recordings(query: RecordingQuery): { items: RecordingView[]; hasMore: boolean };
  recording(id: string): RecordingView | Problem;
  /** `hold`: the file is being read from now on; what it answers ends that. */
  recordingFile(id: string): { absolutePath: string; etag: string; complete: boolean; hold(): () => void } | Problem;
  deleteRecording(id: string): Promise<Problem | null>;
  lockRecording(id: string, locked: boolean): RecordingView | Problem;
  /** Own recordings of a range as one MP4. */
  timelineFile(query: TimelineQuery): Promise<TimelineFile | Problem>;
  /** JPEG of what it shows at this moment of content; null: at its beginning. */
  recordingSnapshot(id: string, epochMs: number | null): Promise<Uint8Array | Problem>;
  /** Small JPEG of its first picture, made when first asked for and kept. */
  thumbnail(id: string): Promise<{ absolutePath: string } | Problem>;

  /** Begins a capture of SIP dialogue and media of a stream, as seen at our sockets. */
  startCapture(streamId: string, o: { seconds: number; redact: boolean }): CaptureView | Problem;
  captures(): CaptureView[];
  capture(id: string): CaptureView | Problem;
  /** The finished file; `conflict` while it is being written. */
  captureFile(id: string): { absolutePath: string } | Problem;
  deleteCapture(id: string): Promise<Problem | null>;

  /** Events from now on, after those since the event `since`; the answer stops them. */
  events(since: string | null, types: string[] | null, listener: (event: GatewayEvent) => void): () => void;
  /** The configured webhook endpoints, and how they do. */
  webhooks(): WebhookView[];
  /** One page of what webhooks are owed and what was sent, newest first. */
  deliveries(query: DeliveryQuery): { items: DeliveryView[]; hasMore: boolean };
  /** Queues an event for its endpoint once more. */
  redeliver(number: number): DeliveryView | Problem;
  /** Numbers for `/metrics`, flat. Names that end in `_total` only grow. */
  counters(): Record<string, number>;
  /** How the gateway is set up. */
  system(): Record<string, unknown>;
  /** How gateway and machine do, and what is wrong. */
  health(): Promise<HealthView>;
  /** Asks devices for their time (DeviceStatus) and waits for them, at most `waitMs`; `health` and `deviceAddresses` then know. */
  askDeviceClocks(waitMs: number): Promise<void>;
  /** What each device is told, and what it says. */
  deviceAddresses(): DeviceAddressesView[];
  /** BYE to every device with an open call, files finalised, sockets closed. Idempotent. */
  close(): Promise<void>;
}
