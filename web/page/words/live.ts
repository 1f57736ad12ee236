import type { Closing } from '../../player/state.ts';
import type { Language } from '../language.ts';

/** The live view, the tree of cameras, and the states of the player. Pure: no DOM. */
export interface LiveWords {
  readonly channels: string;
  readonly find: string;
  readonly loading: string;
  readonly noDevices: string;
  readonly noDevicesHint: string;
  readonly nothingFound: string;
  readonly noChannels: string;
  readonly online: string;
  readonly offline: string;
  readonly choose: string;
  readonly connecting: string;
  readonly inviting: string;
  readonly waiting: string;
  readonly stalled: string;
  readonly blocked: string;
  readonly unsupported: string;
  readonly undecodable: (codec: string) => string;
  readonly again: string;
  readonly retrying: (seconds: number) => string;
  readonly closing: Readonly<Record<Closing, string>>;
  readonly soundOn: string;
  readonly soundOff: string;
  readonly noSound: string;
  readonly record: string;
  readonly stopRecording: string;
  readonly fullScreen: string;
  readonly delay: string;
  readonly recordingState: Readonly<Record<'recording' | 'complete' | 'recovered' | 'failed', string>>;
  readonly failed: string;
}

export const liveWords: Readonly<Record<Language, LiveWords>> = {
  en: {
    channels: 'Channels',
    find: 'Find a channel',
    loading: 'Loading …',
    noDevices: 'No camera has registered yet.',
    noDevicesHint:
      'Enter this gateway as the SIP server in the camera’s GB/T 28181 settings. It appears here by itself.',
    nothingFound: 'No channel matches.',
    noChannels: 'No channels reported yet.',
    online: 'online',
    offline: 'offline',
    choose: 'Choose a channel to watch it.',
    connecting: 'Connecting …',
    inviting: 'Asking the camera for its picture …',
    waiting: 'The camera is sending. Waiting for the first whole picture …',
    stalled: 'The camera has stopped sending. Asking it again …',
    blocked: 'The browser wants a click before it plays.',
    unsupported: 'This browser cannot play live video: it has no Media Source Extensions.',
    undecodable: (codec) =>
      codec === 'H.265'
        ? 'This browser cannot decode H.265. Use Safari, or Chrome or Edge on a computer whose graphics card decodes H.265, or set the camera to H.264.'
        : `This browser cannot decode this camera’s codec (${codec}).`,
    again: 'Play again',
    retrying: (seconds) => `Next try in ${seconds} s.`,
    closing: {
      unauthorized: 'The token is not accepted.',
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
    soundOn: 'Turn sound on',
    soundOff: 'Turn sound off',
    noSound: 'This channel has no sound',
    record: 'Record',
    stopRecording: 'Stop recording',
    fullScreen: 'Full screen',
    delay: 'delay',
    recordingState: { recording: 'recording', complete: 'complete', recovered: 'recovered', failed: 'failed' },
    failed: 'That did not work.',
  },
  zh: {
    channels: '通道',
    find: '查找通道',
    loading: '正在加载…',
    noDevices: '还没有设备注册。',
    noDevicesHint: '请在摄像机的 GB/T 28181 设置中把本网关填为 SIP 服务器，注册后会自动出现在这里。',
    nothingFound: '没有匹配的通道。',
    noChannels: '设备尚未上报通道。',
    online: '在线',
    offline: '离线',
    choose: '请选择要观看的通道。',
    connecting: '正在连接…',
    inviting: '正在向摄像机请求画面…',
    waiting: '摄像机正在发送，等待第一幅完整画面…',
    stalled: '摄像机停止发送，正在重新请求…',
    blocked: '浏览器需要点击一次才能播放。',
    unsupported: '此浏览器不支持媒体源扩展（MSE），无法播放实时视频。',
    undecodable: (codec) =>
      codec === 'H.265'
        ? '此浏览器无法解码 H.265。请使用 Safari，或在显卡支持 H.265 解码的电脑上使用 Chrome 或 Edge，或将摄像机改为 H.264。'
        : `此浏览器无法解码该摄像机的编码（${codec}）。`,
    again: '重新播放',
    retrying: (seconds) => `${seconds} 秒后重试。`,
    closing: {
      unauthorized: '令牌未被接受。',
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
    soundOn: '打开声音',
    soundOff: '关闭声音',
    noSound: '该通道没有声音',
    record: '录像',
    stopRecording: '停止录像',
    fullScreen: '全屏',
    delay: '延迟',
    recordingState: { recording: '录制中', complete: '完成', recovered: '已恢复', failed: '失败' },
    failed: '操作失败。',
  },
};
