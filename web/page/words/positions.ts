import type { Language } from '../language.ts';

/** Where cameras are and were. Pure: no DOM. */
export interface PositionsWords {
  readonly count: (places: number) => string;
  readonly find: string;
  readonly loading: string;
  readonly unreachable: string;
  readonly none: string;
  readonly noneHint: string;
  readonly nothingFound: string;
  readonly more: (count: number) => string;
  readonly map: string;
  readonly closer: string;
  readonly farther: string;
  readonly fit: string;
  readonly range: string;
  readonly spans: Readonly<Record<'hour' | 'quarter' | 'day' | 'week', string>>;
  readonly to: string;
  readonly untilNow: string;
  readonly noTrack: string;
  readonly time: string;
  readonly speed: (kmh: number) => string;
  readonly direction: (degrees: number) => string;
  readonly altitude: (metres: number) => string;
  readonly points: (count: number, length: string) => string;
  readonly cut: (count: number) => string;
  readonly footage: string;
}

export const positionsWords: Readonly<Record<Language, PositionsWords>> = {
  en: {
    count: (places) => (places === 1 ? '1 tells where it is' : `${places} tell where they are`),
    find: 'Find by name or id',
    loading: 'Loading …',
    unreachable: 'The gateway cannot be reached.',
    none: 'Nobody has told where it is.',
    noneHint:
      'Cars and body cameras do when they are subscribed to: on the page of a device, under Control, Positions.',
    nothingFound: 'None has such a name.',
    more: (count) => `${count} more: search by name.`,
    map: 'Map: arrow keys move it, plus and minus zoom, 0 shows everything',
    closer: 'Zoom in',
    farther: 'Zoom out',
    fit: 'Show everything',
    range: 'Track of',
    spans: { hour: 'an hour', quarter: '6 hours', day: 'a day', week: 'a week' },
    to: 'Until',
    untilNow: 'Until now',
    noTrack: 'It told no position in that time.',
    time: 'Time',
    speed: (kmh) => `${Math.round(kmh)} km/h`,
    direction: (degrees) => `heading ${degrees}°`,
    altitude: (metres) => `${metres} m high`,
    points: (count, length) => `${count.toLocaleString('en')} points, ${length}`,
    cut: (count) => `Only the first ${count.toLocaleString('en')} are shown: choose a shorter time.`,
    footage: 'Footage of that time',
  },
  zh: {
    count: (places) => `${places} 个位置`,
    find: '按名称或编码查找',
    loading: '正在加载…',
    unreachable: '无法连接网关。',
    none: '尚无设备上报位置。',
    noneHint: '车载、单兵等设备在订阅后上报：见设备页“控制”中的移动位置。',
    nothingFound: '没有符合的名称。',
    more: (count) => `另有 ${count} 个，请按名称查找。`,
    map: '地图：方向键移动，加减键缩放，0 显示全部',
    closer: '放大',
    farther: '缩小',
    fit: '显示全部',
    range: '轨迹时长',
    spans: { hour: '1 小时', quarter: '6 小时', day: '1 天', week: '1 周' },
    to: '截止',
    untilNow: '截止现在',
    noTrack: '该时段没有位置上报。',
    time: '时间',
    speed: (kmh) => `${Math.round(kmh)} km/h`,
    direction: (degrees) => `方向 ${degrees}°`,
    altitude: (metres) => `海拔 ${metres} 米`,
    points: (count, length) => `${count.toLocaleString('zh-CN')} 个点，${length}`,
    cut: (count) => `仅显示最早的 ${count.toLocaleString('zh-CN')} 个点，请缩短时段。`,
    footage: '查看当时录像',
  },
};
