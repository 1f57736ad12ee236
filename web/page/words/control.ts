import type { Language } from '../language.ts';

/** What a device is told, its cards, and what it is to tell by itself. Pure: no DOM. */
export interface ControlWords {
  readonly commands: string;
  readonly target: string;
  readonly wholeDevice: string;
  readonly lookOnly: string;
  readonly offline: string;
  readonly unreachable: string;
  readonly loading: string;
  readonly again: string;
  readonly anyway: string;
  readonly telling: string;
  readonly done: (what: string) => string;
  /** The standard has no answer to it. */
  readonly taken: (what: string) => string;
  readonly refused: (what: string) => string;
  readonly guard: string;
  readonly guardHint: string;
  readonly guardOn: string;
  readonly guardOff: string;
  readonly alarm: string;
  readonly alarmHint: string;
  readonly alarmReset: string;
  readonly record: string;
  readonly recordHint: string;
  readonly recordOn: string;
  readonly recordOff: string;
  readonly pictures: string;
  readonly picturesHint: string;
  readonly toPictures: string;
  readonly reboot: string;
  readonly rebootHint: string;
  readonly rebootReally: string;
  readonly cards: string;
  readonly noCards: string;
  readonly card: (id: number, name: string) => string;
  readonly cardStates: Readonly<Record<string, string>>;
  readonly free: (free: string, capacity: string) => string;
  readonly format: string;
  readonly formatReally: string;
  readonly formatting: (percent: number) => string;
  readonly refresh: string;
  readonly upgrade: string;
  readonly upgradeHint: string;
  readonly firmware: string;
  readonly url: string;
  readonly upgradeNow: string;
  readonly upgradeReally: string;
  readonly upgrading: string;
  readonly upgraded: (firmware: string) => string;
  readonly upgradeFailed: (reason: string) => string;
  readonly subscriptions: string;
  readonly subscriptionsHint: string;
  readonly kinds: Readonly<Record<'catalog' | 'alarm' | 'position' | 'ptzPosition', string>>;
  readonly kindHints: Readonly<Record<'catalog' | 'alarm' | 'position' | 'ptzPosition', string>>;
  readonly states: Readonly<Record<'off' | 'waiting' | 'active' | 'refused' | 'unanswered', string>>;
  readonly until: (time: string) => string;
  readonly notified: string;
  readonly never: string;
  readonly seconds: string;
  readonly interval: string;
}

export const controlWords: Readonly<Record<Language, ControlWords>> = {
  en: {
    commands: 'Commands',
    target: 'To whom',
    wholeDevice: 'The whole device',
    lookOnly: 'Your token may only look.',
    offline: 'The device is offline.',
    unreachable: 'The gateway cannot be reached.',
    loading: 'Asking the device …',
    again: 'Try again',
    anyway: 'Ask all the same',
    telling: 'Telling the device …',
    done: (what) => `${what}: the device says that it is done.`,
    taken: (what) => `${what}: the device has taken it. The standard has no further answer.`,
    refused: (what) => `${what}: the device answered that it went wrong.`,
    guard: 'Guard',
    guardHint: 'An armed device watches its alarm inputs',
    guardOn: 'Arm',
    guardOff: 'Disarm',
    alarm: 'Alarm',
    alarmHint: 'Some tell the next one only after that',
    alarmReset: 'Reset',
    record: 'Its own recording',
    recordHint: 'At the device, on its card or disk',
    recordOn: 'Start',
    recordOff: 'Stop',
    pictures: 'Pictures',
    picturesHint: 'Still pictures, one or a series',
    toPictures: 'Take pictures',
    reboot: 'Restart',
    rebootHint: 'It is away for a minute or two',
    rebootReally: 'Restart it?',
    cards: 'Storage cards',
    noCards: 'It says that it has no card.',
    card: (id, name) => (name === '' ? `Card ${id}` : `Card ${id}, ${name}`),
    cardStates: {
      ok: 'in use',
      formatting: 'being formatted',
      unformatted: 'not formatted',
      idle: 'idle',
      error: 'faulty',
    },
    free: (free, capacity) => `${free} of ${capacity} free`,
    format: 'Format',
    formatReally: 'Erase everything?',
    formatting: (percent) => `${percent} %`,
    refresh: 'Read again',
    upgrade: 'Firmware',
    upgradeHint: 'The device fetches the file from that address, restarts, and says how it went (2022).',
    firmware: 'Version in the file',
    url: 'Address of the file',
    upgradeNow: 'Upgrade',
    upgradeReally: 'Install it?',
    upgrading: 'The device has taken the order. It fetches, installs and restarts, which may take minutes.',
    upgraded: (firmware) => `Done: it runs ${firmware} now.`,
    upgradeFailed: (reason) => `It went wrong: ${reason}.`,
    subscriptions: 'What it tells by itself',
    subscriptionsHint: 'A subscription is refreshed long before it ends, and begun anew when the device comes back.',
    kinds: { catalog: 'Channels', alarm: 'Alarms', position: 'Positions', ptzPosition: 'Where it looks' },
    kindHints: {
      catalog: 'That come, go or change',
      alarm: 'It is armed as well; many tell them anyhow',
      position: 'Of a car or a body camera, kept as a track',
      ptzPosition: 'Pan, tilt and zoom as they change (2022)',
    },
    states: { off: 'off', waiting: 'when it is there', active: 'active', refused: 'refused', unanswered: 'no answer' },
    until: (time) => `until ${time}`,
    notified: 'last told',
    never: 'nothing told yet',
    seconds: 'For … s at a time',
    interval: 'Every … s',
  },
  zh: {
    commands: '控制命令',
    target: '对象',
    wholeDevice: '整台设备',
    lookOnly: '当前令牌只能查看。',
    offline: '设备不在线。',
    unreachable: '无法连接网关。',
    loading: '正在询问设备…',
    again: '重试',
    anyway: '仍然尝试',
    telling: '正在通知设备…',
    done: (what) => `${what}：设备已执行。`,
    taken: (what) => `${what}：设备已接收，标准未规定进一步应答。`,
    refused: (what) => `${what}：设备应答执行失败。`,
    guard: '布防',
    guardHint: '布防后设备监测其报警输入',
    guardOn: '布防',
    guardOff: '撤防',
    alarm: '报警',
    alarmHint: '部分设备复位后才会上报下一次报警',
    alarmReset: '复位',
    record: '设备录像',
    recordHint: '录在设备自己的存储卡或硬盘上',
    recordOn: '开始',
    recordOff: '停止',
    pictures: '抓拍',
    picturesHint: '单张或连续抓拍图像',
    toPictures: '去抓拍',
    reboot: '重启',
    rebootHint: '设备将离线一两分钟',
    rebootReally: '确认重启？',
    cards: '存储卡',
    noCards: '设备表示没有存储卡。',
    card: (id, name) => (name === '' ? `存储卡 ${id}` : `存储卡 ${id}，${name}`),
    cardStates: { ok: '正常', formatting: '正在格式化', unformatted: '未格式化', idle: '空闲', error: '故障' },
    free: (free, capacity) => `剩余 ${free}，共 ${capacity}`,
    format: '格式化',
    formatReally: '清除全部数据？',
    formatting: (percent) => `${percent}%`,
    refresh: '重新读取',
    upgrade: '固件升级',
    upgradeHint: '设备从该地址下载升级文件，重启后报告结果（2022 版）。',
    firmware: '文件中的版本号',
    url: '文件地址',
    upgradeNow: '升级',
    upgradeReally: '确认升级？',
    upgrading: '设备已接受命令，正在下载、安装并重启，可能需要几分钟。',
    upgraded: (firmware) => `升级完成，当前版本 ${firmware}。`,
    upgradeFailed: (reason) => `升级失败：${reason}。`,
    subscriptions: '订阅',
    subscriptionsHint: '订阅会在到期前及时续订，设备重新上线后自动恢复。',
    kinds: { catalog: '目录', alarm: '报警', position: '移动位置', ptzPosition: '云台位置' },
    kindHints: {
      catalog: '通道增减与状态变化',
      alarm: '同时布防；许多设备不订阅也会上报',
      position: '车载、单兵等设备，保存为轨迹',
      ptzPosition: '水平、俯仰、变倍的变化（2022 版）',
    },
    states: { off: '未订阅', waiting: '等待上线', active: '已订阅', refused: '被拒绝', unanswered: '无应答' },
    until: (time) => `有效至 ${time}`,
    notified: '最近通知',
    never: '尚无通知',
    seconds: '每次时长（秒）',
    interval: '间隔（秒）',
  },
};
