import type { Closing, PlayerState } from './state.ts';

/** The player's sentences in one language. */
export interface Words {
  readonly player: string;
  readonly connecting: string;
  readonly inviting: string;
  readonly waiting: string;
  readonly stalled: string;
  readonly blocked: string;
  readonly unsupported: string;
  readonly undecodable: string;
  readonly subStream: string;
  readonly again: string;
  readonly origin: string;
  readonly closing: Readonly<Record<Closing, string>>;
  /** `#` stands for the seconds. */
  readonly retrying: string;
  readonly clickForSound: string;
  readonly play: string;
  readonly pause: string;
  readonly mute: string;
  readonly unmute: string;
  readonly volume: string;
  readonly still: string;
  readonly record: string;
  readonly stopRecording: string;
  readonly recorded: Readonly<Record<'codec' | 'limit' | 'fault', string>>;
  readonly pictureInPicture: string;
  readonly fullScreen: string;
  readonly stats: string;
  readonly zoomOut: string;
  readonly delay: string;
  readonly lost: string;
}

const en: Words = {
  player: 'Live picture',
  connecting: 'Connecting…',
  inviting: 'Asking the camera for its picture…',
  waiting: 'The camera sends; waiting for the first whole picture…',
  stalled: 'The camera stopped sending; asking again…',
  blocked: 'The browser wants a click before it plays.',
  unsupported: 'This browser has no Media Source Extensions (MSE) and cannot play live video.',
  undecodable: 'This browser cannot decode #.',
  subStream: 'Play the sub-stream',
  again: 'Play again',
  origin: 'The gateway does not allow this page to play: its address is missing in http.allowedOrigins.',
  closing: {
    unauthorized: 'The token or the signed address is not accepted.',
    unknown: 'The gateway does not know this channel.',
    'no-media': 'The camera accepted the call but sent nothing.',
    stopped: 'The stream was stopped.',
    ended: 'The stream has ended.',
    'too-slow': 'The connection is too slow for this stream.',
    'device-offline': 'The camera is offline.',
    'device-busy': 'The camera is busy: it sends to as many viewers as it can.',
    'no-capacity': 'The gateway has no capacity left.',
    'shutting-down': 'The gateway is shutting down.',
    lost: 'The connection was lost.',
  },
  retrying: 'Next try in # s.',
  clickForSound: 'Click for sound',
  play: 'Play',
  pause: 'Pause',
  mute: 'Turn sound off',
  unmute: 'Turn sound on',
  volume: 'Volume',
  still: 'Save a still image',
  record: 'Record to this computer',
  stopRecording: 'Stop recording',
  recorded: {
    codec: 'The recording ended because the camera changed its format.',
    limit: 'The recording ended because memory is full.',
    fault: 'The recording ended because the disk refused.',
  },
  pictureInPicture: 'Picture in picture',
  fullScreen: 'Full screen',
  stats: 'Figures',
  zoomOut: 'Show the whole picture',
  delay: 'delay',
  lost: 'lost',
};

const zh: Words = {
  player: '实时画面',
  connecting: '正在连接…',
  inviting: '正在向摄像机请求画面…',
  waiting: '摄像机正在发送，等待第一幅完整画面…',
  stalled: '摄像机停止发送，正在重新请求…',
  blocked: '浏览器需要点击一次才能播放。',
  unsupported: '此浏览器不支持媒体源扩展（MSE），无法播放实时视频。',
  undecodable: '此浏览器无法解码 #。',
  subStream: '播放子码流',
  again: '重新播放',
  origin: '网关不允许此页面播放：http.allowedOrigins 中没有本页面的地址。',
  closing: {
    unauthorized: '令牌或签名地址未被接受。',
    unknown: '网关不认识该通道。',
    'no-media': '摄像机已应答，但没有发送媒体。',
    stopped: '码流已被停止。',
    ended: '码流已结束。',
    'too-slow': '网络太慢，跟不上该码流。',
    'device-offline': '摄像机离线。',
    'device-busy': '摄像机忙：已达到其最大取流数。',
    'no-capacity': '网关容量已满。',
    'shutting-down': '网关正在关闭。',
    lost: '连接已断开。',
  },
  retrying: '# 秒后重试。',
  clickForSound: '点击打开声音',
  play: '播放',
  pause: '暂停',
  mute: '关闭声音',
  unmute: '打开声音',
  volume: '音量',
  still: '保存截图',
  record: '录像到本机',
  stopRecording: '停止录像',
  recorded: {
    codec: '摄像机更改了编码格式，录像已结束。',
    limit: '内存已满，录像已结束。',
    fault: '磁盘无法写入，录像已结束。',
  },
  pictureInPicture: '画中画',
  fullScreen: '全屏',
  stats: '码流信息',
  zoomOut: '显示完整画面',
  delay: '延迟',
  lost: '丢帧',
};

/** Chinese for `zh`, `zh-CN`, …; else English. */
export function wordsFor(language: string): Words {
  return /^zh\b/i.test(language) ? zh : en;
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
