import type { Language } from '../language.ts';

/** Talking to a channel. Pure: no DOM. */
export interface TalkWords {
  readonly hold: string;
  readonly holdHint: string;
  readonly handsFree: string;
  readonly handsFreeHint: string;
  readonly calling: string;
  readonly speaking: string;
  readonly ready: string;
  /** Calls a device that is known to take no voice. */
  readonly tryAgain: string;
  /** By code of the problem or of the end, `microphone.*` for this computer’s own. */
  readonly problems: Readonly<Record<string, string>>;
  readonly failed: string;
}

export const talkWords: Readonly<Record<Language, TalkWords>> = {
  en: {
    hold: 'Talk',
    holdHint: 'Hold the button (or the space bar on it) and speak',
    handsFree: 'Hands-free',
    handsFreeHint: 'Speak and listen at once, without holding the button',
    calling: 'Calling the device…',
    speaking: 'Speak now',
    ready: 'Hold to speak',
    tryAgain: 'Try all the same',
    problems: {
      'microphone.insecure':
        'The browser gives the microphone to pages over HTTPS only. Start gbgate with --tls-self-signed (or --tls-cert and --tls-key), or open the page on the gateway itself by http://localhost.',
      'microphone.denied': 'This page may not use the microphone. Allow it beside the address and try again.',
      'microphone.missing': 'This computer has no microphone.',
      'microphone.broken': 'The microphone cannot be used.',
      talk_busy: 'Somebody talks to this device already.',
      device_busy: 'The device is busy.',
      device_offline: 'The device is offline.',
      not_supported: 'This device takes no voice.',
      device_timeout: 'The device was told to listen and does not answer.',
      unauthorized: 'This token may only look.',
      forbidden: 'This token may only look.',
      unreachable: 'The gateway does not answer.',
      stopped: 'Somebody else ended the talk.',
      quiet: 'Ended: nothing was said for a minute.',
      too_long: 'Ended: nobody talks for more than an hour.',
      device_ended: 'The device ended the talk.',
      device_restarted: 'The device has restarted. Hold the button again.',
      media_lost: 'The connection to the device broke. Hold the button again.',
      shutting_down: 'The gateway is shutting down.',
    },
    failed: 'The device did not take the voice.',
  },
  zh: {
    hold: '对讲',
    holdHint: '按住按钮（或在按钮上按住空格键）说话',
    handsFree: '免按',
    handsFreeHint: '无需按住按钮，边说边听',
    calling: '正在呼叫设备…',
    speaking: '请讲话',
    ready: '按住说话',
    tryAgain: '仍要尝试',
    problems: {
      'microphone.insecure':
        '浏览器只允许 HTTPS 页面使用麦克风。请用 --tls-self-signed（或 --tls-cert 和 --tls-key）启动 gbgate，或在网关本机用 http://localhost 打开页面。',
      'microphone.denied': '此页面无权使用麦克风。请在地址栏旁允许后重试。',
      'microphone.missing': '这台电脑没有麦克风。',
      'microphone.broken': '无法使用麦克风。',
      talk_busy: '已有人在与此设备对讲。',
      device_busy: '设备忙。',
      device_offline: '设备离线。',
      not_supported: '此设备不支持语音。',
      device_timeout: '已通知设备接收语音，但设备没有应答。',
      unauthorized: '此令牌只能查看。',
      forbidden: '此令牌只能查看。',
      unreachable: '网关没有应答。',
      stopped: '对讲已被他人结束。',
      quiet: '一分钟内无人说话，已结束。',
      too_long: '对讲超过一小时，已结束。',
      device_ended: '设备结束了对讲。',
      device_restarted: '设备已重启，请再次按住说话。',
      media_lost: '与设备的连接已断开，请再次按住说话。',
      shutting_down: '网关正在关闭。',
    },
    failed: '设备没有接受语音。',
  },
};
