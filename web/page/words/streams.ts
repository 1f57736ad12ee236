import type { Language } from '../language.ts';
import type { Stream } from '../streams/api.ts';

/** Running and ended streams. Pure: no DOM. */
export interface StreamsWords {
  readonly running: string;
  readonly ended: string;
  readonly summary: (streams: number, viewers: number, rate: string) => string;
  readonly noneRunning: string;
  readonly noneRunningHint: string;
  readonly noneEnded: string;
  readonly states: Readonly<Record<Stream['state'], string>>;
  readonly transports: Readonly<Record<string, string>>;
  readonly transportHints: Readonly<Record<string, string>>;
  readonly columns: {
    readonly channel: string;
    readonly picture: string;
    readonly way: string;
    readonly bitrate: string;
    readonly fps: string;
    readonly loss: string;
    readonly viewers: string;
    readonly actions: string;
  };
  readonly subStream: (n: number) => string;
  readonly noPicture: string;
  readonly neverAPicture: string;
  /** Why a stream ended, by the gateway's own sentence; what a device said of itself stays as it is. */
  readonly endReasons: Readonly<Record<string, string>>;
  readonly watch: string;
  readonly device: string;
  readonly details: (name: string) => string;
  readonly stop: string;
  readonly stopReally: string;
  readonly record: string;
  readonly stopRecording: string;
  readonly lookOnly: string;
  readonly more: string;
  readonly facts: {
    readonly started: string;
    readonly endedAt: string;
    readonly reason: string;
    readonly localPort: string;
    readonly remote: string;
    readonly ssrc: string;
    readonly audio: string;
    readonly received: string;
    readonly packets: string;
    readonly lost: string;
    readonly reordered: string;
    readonly discarded: string;
    readonly frames: string;
    readonly gop: string;
    readonly jumps: string;
    readonly id: string;
  };
  readonly steps: string;
  readonly findings: string;
  readonly findingsCount: (n: number) => string;
}

/** The reason in the reader's language, where it is one of the gateway's own. Pure. */
export function endWords(reason: string | undefined, words: StreamsWords): string | undefined {
  return reason === undefined ? undefined : (words.endReasons[reason] ?? reason);
}

export const streamsWords: Readonly<Record<Language, StreamsWords>> = {
  en: {
    running: 'Running',
    ended: 'Ended in the last hour',
    summary: (streams, viewers, rate) =>
      `${streams} ${streams === 1 ? 'stream' : 'streams'} · ${viewers} ${viewers === 1 ? 'viewer' : 'viewers'} · ${rate}`,
    noneRunning: 'Nothing is being pulled now.',
    noneRunningHint: 'A stream begins when somebody watches or records a channel.',
    noneEnded: 'No stream has ended in the last hour.',
    states: {
      inviting: 'asking',
      waiting: 'waiting for a key frame',
      playing: 'playing',
      paused: 'paused',
      stalled: 'stalled',
      ended: 'ended',
    },
    transports: { udp: 'UDP', 'tcp-passive': 'TCP passive', 'tcp-active': 'TCP active' },
    transportHints: {
      'tcp-passive': 'The camera connects to the gateway',
      'tcp-active': 'The gateway connects to the camera',
    },
    columns: {
      channel: 'Channel',
      picture: 'Picture',
      way: 'Way',
      bitrate: 'Bitrate',
      fps: 'Pictures/s',
      loss: 'Loss',
      viewers: 'Viewers',
      actions: 'Actions',
    },
    subStream: (n) => (n === 1 ? 'sub-stream' : `stream ${n}`),
    noPicture: 'no picture yet',
    neverAPicture: 'no picture',
    endReasons: {
      'no viewer left': 'no viewer left',
      'stopped by the API': 'stopped by the API',
      'the range has been played': 'the range has been played',
      'no more footage in the range': 'no more footage in the range',
      'the device was deleted': 'the device was deleted',
      'the channel was removed': 'the channel was removed',
      'the gateway is shutting down': 'the gateway is shutting down',
    },
    watch: 'Watch',
    device: 'Device',
    details: (name) => `Details of ${name}`,
    stop: 'Stop',
    stopReally: 'Really stop?',
    record: 'Record',
    stopRecording: 'Stop recording',
    lookOnly: 'this token may only look',
    more: 'Show more',
    facts: {
      started: 'Started',
      endedAt: 'Ended',
      reason: 'Why it ended',
      localPort: 'Our port',
      remote: 'Media comes from',
      ssrc: 'SSRC',
      audio: 'Sound',
      received: 'Received',
      packets: 'Packets',
      lost: 'Lost',
      reordered: 'Reordered',
      discarded: 'Discarded',
      frames: 'Pictures (key)',
      gop: 'Key frame every',
      jumps: 'Timestamp jumps',
      id: 'Stream id',
    },
    steps: 'What happened when',
    findings: 'What the camera does differently',
    findingsCount: (n) => `${n} ${n === 1 ? 'finding' : 'findings'}`,
  },
  zh: {
    running: '正在运行',
    ended: '最近一小时内结束',
    summary: (streams, viewers, rate) => `${streams} 路码流 · ${viewers} 个观看者 · ${rate}`,
    noneRunning: '当前没有拉流。',
    noneRunningHint: '有人观看或录制通道时，码流才会开始。',
    noneEnded: '最近一小时内没有结束的码流。',
    states: {
      inviting: '正在请求',
      waiting: '等待关键帧',
      playing: '播放中',
      paused: '已暂停',
      stalled: '已中断',
      ended: '已结束',
    },
    transports: { udp: 'UDP', 'tcp-passive': 'TCP 被动', 'tcp-active': 'TCP 主动' },
    transportHints: { 'tcp-passive': '设备连接网关', 'tcp-active': '网关连接设备' },
    columns: {
      channel: '通道',
      picture: '画面',
      way: '传输',
      bitrate: '码率',
      fps: '帧率',
      loss: '丢包',
      viewers: '观看者',
      actions: '操作',
    },
    subStream: (n) => (n === 1 ? '子码流' : `码流 ${n}`),
    noPicture: '尚无画面',
    neverAPicture: '无画面',
    endReasons: {
      'no viewer left': '已无人观看',
      'stopped by the API': '已通过接口停止',
      'the range has been played': '已播放完该时段',
      'no more footage in the range': '该时段没有更多录像',
      'the device was deleted': '设备已删除',
      'the channel was removed': '通道已移除',
      'the gateway is shutting down': '网关正在关闭',
    },
    watch: '观看',
    device: '设备',
    details: (name) => `${name} 的详情`,
    stop: '停止',
    stopReally: '确定停止？',
    record: '录制',
    stopRecording: '停止录制',
    lookOnly: '此令牌仅可查看',
    more: '显示更多',
    facts: {
      started: '开始时间',
      endedAt: '结束时间',
      reason: '结束原因',
      localPort: '本地端口',
      remote: '媒体来源',
      ssrc: 'SSRC',
      audio: '声音',
      received: '已接收',
      packets: '数据包',
      lost: '丢失',
      reordered: '乱序',
      discarded: '丢弃',
      frames: '帧（关键帧）',
      gop: '关键帧间隔',
      jumps: '时间戳跳变',
      id: '码流编号',
    },
    steps: '时间线',
    findings: '设备的差异之处',
    findingsCount: (n) => `${n} 项发现`,
  },
};
