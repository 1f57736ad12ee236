import type { Language } from '../language.ts';
import type { Plan } from '../plan/api.ts';

/** The editor of recording plans. Pure: no DOM. */
export interface PlanWords {
  readonly title: string;
  readonly loading: string;
  readonly unreachable: string;
  readonly lookOnly: string;
  readonly modes: Readonly<Record<Plan['mode'], string>>;
  readonly modeHints: Readonly<Record<Plan['mode'], string>>;
  readonly mode: string;
  readonly recording: string;
  readonly notRecording: string;
  readonly waits: string;
  readonly until: (time: string) => string;
  readonly nextAt: (time: string) => string;
  readonly week: string;
  readonly days: readonly string[];
  readonly shortDays: readonly string[];
  readonly cell: (day: string, from: string, to: string) => string;
  readonly howTo: string;
  readonly zone: (zone: string) => string;
  readonly hours: (hours: string) => string;
  readonly noHours: Readonly<Record<'schedule' | 'alarm', string>>;
  readonly fill: string;
  readonly fills: Readonly<Record<'office' | 'night' | 'all' | 'none', string>>;
  readonly cron: string;
  readonly cronLine: (minutes: number) => string;
  readonly cronStart: string;
  readonly cronMinutes: string;
  readonly add: string;
  readonly remove: string;
  readonly stream: string;
  readonly streams: readonly string[];
  readonly preRoll: string;
  readonly postRoll: string;
  readonly keepDays: string;
  readonly seconds: string;
  readonly daysUnit: string;
  readonly asSet: string;
  readonly save: string;
  readonly discard: string;
  readonly saved: string;
  readonly unsaved: string;
}

export const planWords: Readonly<Record<Language, PlanWords>> = {
  en: {
    title: 'Recording plan',
    loading: 'Loading …',
    unreachable: 'The gateway cannot be reached.',
    lookOnly: 'This token may only look: the plan cannot be changed.',
    mode: 'When it is recorded',
    modes: { off: 'Off', always: 'Always', schedule: 'Schedule', alarm: 'On alarm' },
    modeHints: {
      off: 'Only when somebody presses the record button.',
      always: 'All day, every day.',
      schedule: 'At the hours painted below.',
      alarm: 'A while before and after each alarm; at the hours painted below, or at any time when none are.',
    },
    recording: 'recording now',
    notRecording: 'not recording',
    waits: 'ready for alarms',
    until: (time) => `until ${time}`,
    nextAt: (time) => `next at ${time}`,
    week: 'Hours of the week',
    days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
    shortDays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
    cell: (day, from, to) => `${day} ${from} to ${to}`,
    howTo: 'Drag over the hours, or use the arrow keys and Space; Shift and an arrow paint on.',
    zone: (zone) => `Times in the zone of the gateway, ${zone}.`,
    hours: (hours) => `${hours} hours a week`,
    noHours: { schedule: 'A schedule needs hours: paint some.', alarm: 'No hours: alarms count at any time.' },
    fill: 'Fill the week',
    fills: { office: 'Mon–Fri 8–18', night: 'Nights', all: 'Everything', none: 'Clear' },
    cron: 'By cron lines',
    cronLine: (minutes) => `for ${minutes} min`,
    cronStart: 'Minute, hour, day, month, day of the week',
    cronMinutes: 'Minutes',
    add: 'Add',
    remove: 'Remove',
    stream: 'Stream',
    streams: ['Main stream', 'Sub-stream', 'Third stream'],
    preRoll: 'Before an alarm',
    postRoll: 'After an alarm',
    keepDays: 'Keep for',
    seconds: 's',
    daysUnit: 'days',
    asSet: 'as set',
    save: 'Save the plan',
    discard: 'Discard',
    saved: 'Saved.',
    unsaved: 'Not saved yet.',
  },
  zh: {
    title: '录像计划',
    loading: '正在加载…',
    unreachable: '无法连接网关。',
    lookOnly: '此令牌仅可查看，不能修改计划。',
    mode: '何时录像',
    modes: { off: '关闭', always: '始终', schedule: '按时间表', alarm: '报警时' },
    modeHints: {
      off: '仅在有人点击录像按钮时录像。',
      always: '每天全天录像。',
      schedule: '在下方涂选的时间录像。',
      alarm: '每次报警前后录像一段时间；仅在下方涂选的时间内，未涂选则任何时间均可。',
    },
    recording: '正在录像',
    notRecording: '未在录像',
    waits: '等待报警',
    until: (time) => `直到 ${time}`,
    nextAt: (time) => `下次 ${time}`,
    week: '一周的时间',
    days: ['星期一', '星期二', '星期三', '星期四', '星期五', '星期六', '星期日'],
    shortDays: ['一', '二', '三', '四', '五', '六', '日'],
    cell: (day, from, to) => `${day} ${from} 至 ${to}`,
    howTo: '拖动涂选时间，或用方向键和空格键；按住 Shift 加方向键可连续涂选。',
    zone: (zone) => `时间以网关时区 ${zone} 为准。`,
    hours: (hours) => `每周 ${hours} 小时`,
    noHours: { schedule: '时间表需要时间：请涂选。', alarm: '未涂选时间：任何时间的报警都有效。' },
    fill: '填充一周',
    fills: { office: '周一至周五 8–18', night: '夜间', all: '全部', none: '清空' },
    cron: '按 cron 表达式',
    cronLine: (minutes) => `持续 ${minutes} 分钟`,
    cronStart: '分 时 日 月 星期',
    cronMinutes: '分钟',
    add: '添加',
    remove: '移除',
    stream: '码流',
    streams: ['主码流', '子码流', '第三码流'],
    preRoll: '报警前',
    postRoll: '报警后',
    keepDays: '保留',
    seconds: '秒',
    daysUnit: '天',
    asSet: '按设置',
    save: '保存计划',
    discard: '放弃修改',
    saved: '已保存。',
    unsaved: '尚未保存。',
  },
};
