import type { Language } from '../language.ts';

/** The little parts that many views use. Pure: no DOM. */
export interface PartsWords {
  readonly again: string;
  readonly reload: string;
  /** A part of the page could not be fetched. */
  readonly partMissing: string;
  readonly copy: string;
  readonly copied: string;
  /** Steps of a pull, by their names in the API. */
  readonly steps: Readonly<Record<string, string>>;
  readonly noSteps: string;
  readonly noFindings: string;
  readonly times: (count: number) => string;
}

export const partsWords: Readonly<Record<Language, PartsWords>> = {
  en: {
    again: 'Try again',
    reload: 'Load the page again',
    partMissing:
      'This part of the page cannot be fetched: the gateway is away, or was renewed since the page was opened.',
    copy: 'Copy',
    copied: 'Copied',
    steps: {
      port: 'Port ready',
      invite: 'Camera asked',
      provisional: 'Camera is working',
      answer: 'Camera answered',
      connected: 'Connected',
      'first packet': 'First packet',
      'first pack': 'First pack',
      codecs: 'Codecs known',
      'first key frame': 'First key frame',
      'first fragment': 'Picture',
      failed: 'Failed',
    },
    noSteps: 'Nothing has happened yet.',
    noFindings: 'Nothing unusual was seen.',
    times: (count) => `${count.toLocaleString('en')} ×`,
  },
  zh: {
    again: '重试',
    reload: '重新加载页面',
    partMissing: '无法加载页面的这一部分：网关不可达，或页面打开后网关已更新。',
    copy: '复制',
    copied: '已复制',
    steps: {
      port: '端口就绪',
      invite: '已呼叫设备',
      provisional: '设备处理中',
      answer: '设备已应答',
      connected: '已连接',
      'first packet': '首个数据包',
      'first pack': '首个 PS 包',
      codecs: '编码已识别',
      'first key frame': '首个关键帧',
      'first fragment': '出图',
      failed: '失败',
    },
    noSteps: '尚无步骤。',
    noFindings: '未发现异常。',
    times: (count) => `${count.toLocaleString('zh-CN')} 次`,
  },
};
