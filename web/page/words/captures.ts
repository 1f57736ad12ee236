import type { Language } from '../language.ts';

/** Captures of a stream, for bug reports. Pure: no DOM. */
export interface CapturesWords {
  readonly heading: string;
  readonly hint: string;
  readonly howLong: string;
  readonly seconds: (n: number) => string;
  readonly redact: string;
  readonly redactHint: string;
  readonly start: string;
  readonly running: string;
  readonly failed: string;
  readonly packets: (n: number) => string;
  readonly dropped: (n: number) => string;
  readonly download: string;
  readonly remove: string;
  readonly removeReally: string;
  readonly lookOnly: string;
  readonly unreachable: string;
}

export const capturesWords: Readonly<Record<Language, CapturesWords>> = {
  en: {
    heading: 'Capture for a bug report',
    hint: 'Signalling and media exactly as they come in, for “gbgate inspect” and Wireshark.',
    howLong: 'How long',
    seconds: (n) => (n < 60 ? `${n} s` : `${n / 60} min`),
    redact: 'Hide ids',
    redactHint: 'Ids of 20 digits are replaced by made-up ones; addresses and pictures stay',
    start: 'Capture',
    running: 'capturing',
    failed: 'failed',
    packets: (n) => `${n.toLocaleString('en')} ${n === 1 ? 'packet' : 'packets'}`,
    dropped: (n) => `${n.toLocaleString('en')} left out: the disk was too slow`,
    download: 'Download',
    remove: 'Delete',
    removeReally: 'Really delete?',
    lookOnly: 'this token may only look',
    unreachable: 'The gateway does not answer.',
  },
  zh: {
    heading: '抓包（用于反馈问题）',
    hint: '原样记录收到的信令与媒体，可用 “gbgate inspect” 或 Wireshark 打开。',
    howLong: '时长',
    seconds: (n) => (n < 60 ? `${n} 秒` : `${n / 60} 分钟`),
    redact: '隐藏编号',
    redactHint: '20 位编号替换为虚构编号；地址和画面保留',
    start: '抓包',
    running: '正在抓包',
    failed: '失败',
    packets: (n) => `${n.toLocaleString('zh-CN')} 个数据包`,
    dropped: (n) => `磁盘过慢，遗漏 ${n.toLocaleString('zh-CN')} 个`,
    download: '下载',
    remove: '删除',
    removeReally: '确定删除？',
    lookOnly: '此令牌仅可查看',
    unreachable: '网关没有应答。',
  },
};
