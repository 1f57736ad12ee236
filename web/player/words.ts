import type { Closing, PlayerState } from './state.ts';

/** English, Chinese. */
type Both = readonly [string, string];

/** `#` stands for a codec, or for seconds. */
const SENTENCES = {
  player: ['Live picture', '实时画面'],
  connecting: ['Connecting…', '正在连接…'],
  inviting: ['Asking the camera for its picture…', '正在向摄像机请求画面…'],
  waiting: ['The camera sends; waiting for the first whole picture…', '摄像机正在发送，等待第一幅完整画面…'],
  stalled: ['The camera stopped sending; asking again…', '摄像机停止发送，正在重新请求…'],
  blocked: ['The browser wants a click before it plays.', '浏览器需要点击一次才能播放。'],
  unsupported: [
    'This browser has no Media Source Extensions (MSE) and cannot play live video.',
    '此浏览器不支持媒体源扩展（MSE），无法播放实时视频。',
  ],
  undecodable: ['This browser cannot decode #.', '此浏览器无法解码 #。'],
  subStream: ['Play the sub-stream', '播放子码流'],
  again: ['Play again', '重新播放'],
  origin: [
    'The gateway does not allow this page to play: its address is missing in http.allowedOrigins.',
    '网关不允许此页面播放：http.allowedOrigins 中没有本页面的地址。',
  ],
  retrying: ['Next try in # s.', '# 秒后重试。'],
  clickForSound: ['Click for sound', '点击打开声音'],
  play: ['Play', '播放'],
  pause: ['Pause', '暂停'],
  mute: ['Turn sound off', '关闭声音'],
  unmute: ['Turn sound on', '打开声音'],
  volume: ['Volume', '音量'],
  still: ['Save a still image', '保存截图'],
  record: ['Record to this computer', '录像到本机'],
  stopRecording: ['Stop recording', '停止录像'],
  pictureInPicture: ['Picture in picture', '画中画'],
  fullScreen: ['Full screen', '全屏'],
  stats: ['Figures', '码流信息'],
  zoomOut: ['Show the whole picture', '显示完整画面'],
  delay: ['delay', '延迟'],
  lost: ['lost', '丢帧'],
  speed: ['The recorder cannot play at this speed.', '录像机不支持该播放速度。'],
} as const satisfies Record<string, Both>;

/** Why a connection ended. */
const CLOSINGS: Readonly<Record<Closing, Both>> = {
  unauthorized: ['The token or the signed address is not accepted.', '令牌或签名地址未被接受。'],
  unknown: ['The gateway does not know this channel.', '网关不认识该通道。'],
  'no-media': ['The camera accepted the call but sent nothing.', '摄像机已应答，但没有发送媒体。'],
  stopped: ['The stream was stopped.', '码流已被停止。'],
  ended: ['The stream has ended.', '码流已结束。'],
  'too-slow': ['The connection is too slow for this stream.', '网络太慢，跟不上该码流。'],
  'device-offline': ['The camera is offline.', '摄像机离线。'],
  'device-busy': ['The camera is busy: it sends to as many viewers as it can.', '摄像机忙：已达到其最大取流数。'],
  'no-capacity': ['The gateway has no capacity left.', '网关容量已满。'],
  'shutting-down': ['The gateway is shutting down.', '网关正在关闭。'],
  lost: ['The connection was lost.', '连接已断开。'],
};

/** Why a recording ended that nobody ended. */
const RECORDED = {
  codec: ['The recording ended because the camera changed its format.', '摄像机更改了编码格式，录像已结束。'],
  limit: ['The recording ended because memory is full.', '内存已满，录像已结束。'],
  fault: ['The recording ended because the disk refused.', '磁盘无法写入，录像已结束。'],
} as const satisfies Record<string, Both>;

/** The player's sentences in one language. */
export type Words = Readonly<Record<keyof typeof SENTENCES, string>> & {
  readonly closing: Readonly<Record<Closing, string>>;
  readonly recorded: Readonly<Record<keyof typeof RECORDED, string>>;
};

function inLanguage<K extends string>(table: Readonly<Record<K, Both>>, language: 0 | 1): Record<K, string> {
  const rows = Object.entries<Both>(table).map(([name, both]) => [name, both[language]]);
  return Object.fromEntries(rows) as Record<K, string>;
}

/** Chinese for `zh`, `zh-CN`, …; else English. */
export function wordsFor(language: string): Words {
  const index = /^zh\b/i.test(language) ? 1 : 0;
  return {
    ...inLanguage(SENTENCES, index),
    closing: inLanguage(CLOSINGS, index),
    recorded: inLanguage(RECORDED, index),
  };
}

const CODEC_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(h265|hevc|hvc1|hev1)/i, 'H.265'],
  [/^(h264|avc)/i, 'H.264'],
  [/^pcma/i, 'G.711A'],
  [/^pcmu/i, 'G.711µ'],
  [/^(aac|mp4a)/i, 'AAC'],
];

/** `H.264` for `h264` or `avc1.64001f`; an unknown codec as it is. */
export function codecName(codec: string): string {
  return CODEC_NAMES.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;
}

/** The player's state in a sentence; empty while there is a picture to look at. */
export function sentenceOf(state: PlayerState, words: Words): string {
  switch (state.type) {
    case 'playing':
    case 'paused':
      return '';
    case 'waiting':
      if (state.state !== 'stalled') return state.state === 'waiting' ? words.waiting : words.inviting;
      return state.code === 'device_offline' ? words.closing['device-offline'] : words.stalled;
    case 'retrying':
    case 'closed':
      return state.reason === 'origin' ? words.origin : words.closing[state.closing];
    case 'undecodable':
      return words.undecodable.replace('#', codecName(state.codec));
    default:
      return words[state.type];
  }
}
