import type { Language } from '../language.ts';

/** What appears at the edge of every view. Pure: no DOM. */
export interface NoticesWords {
  readonly title: string;
  readonly alarm: string;
  readonly offer: string;
  readonly times: (what: string, count: number) => string;
  readonly details: string;
  readonly watch: string;
  readonly dismiss: string;
  readonly silence: string;
  readonly everywhere: string;
  readonly unseen: (count: number) => string;
}

export const noticesWords: Readonly<Record<Language, NoticesWords>> = {
  en: {
    title: 'New alarms',
    alarm: 'Alarm',
    offer: 'Offers its video',
    times: (what, count) => `${what} · ${count}×`,
    details: 'Details',
    watch: 'Watch',
    dismiss: 'Dismiss',
    silence: 'Show no more of these here',
    everywhere: 'Show new ones on every view',
    unseen: (count) => (count === 1 ? '1 new alarm' : `${count} new alarms`),
  },
  zh: {
    title: '新报警',
    alarm: '报警',
    offer: '请求回传视频',
    times: (what, count) => `${what} · ${count} 次`,
    details: '详情',
    watch: '查看画面',
    dismiss: '关闭提示',
    silence: '不再弹出此类提示',
    everywhere: '在所有页面弹出新报警',
    unseen: (count) => `${count} 条新报警`,
  },
};
