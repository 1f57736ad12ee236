import type { Language } from '../language.ts';

/** Alarms, what they set off, and the pictures of devices. Pure: no DOM. */
export interface AlarmsWords {
  readonly tabs: Readonly<Record<'alarms' | 'pictures' | 'rules', string>>;
  readonly loading: string;
  readonly unreachable: string;
  readonly again: string;
  readonly filter: string;
  readonly device: string;
  readonly allDevices: string;
  readonly kind: string;
  readonly allKinds: string;
  readonly priority: string;
  readonly allPriorities: string;
  readonly andHigher: (level: string) => string;
  readonly from: string;
  readonly to: string;
  readonly clearFilter: string;
  readonly none: string;
  readonly noneHint: string;
  readonly nothingFound: string;
  readonly newOnes: (count: number) => string;
  readonly full: (count: number) => string;
  readonly older: string;
  readonly columns: Readonly<Record<'time' | 'priority' | 'kind' | 'channel', string>>;
  readonly details: string;
  readonly close: string;
  readonly gone: string;
  readonly footage: string;
  readonly live: string;
  readonly noChannel: string;
  readonly onlyThisDevice: string;
  readonly reset: string;
  readonly resetDone: string;
  readonly lookOnly: string;
  readonly facts: Readonly<
    Record<
      | 'deviceTime'
      | 'receivedAt'
      | 'device'
      | 'channel'
      | 'source'
      | 'method'
      | 'type'
      | 'priority'
      | 'description'
      | 'place'
      | 'by',
      string
    >
  >;
  readonly by: Readonly<Record<'message' | 'notify', string>>;
  readonly raw: string;
  readonly pictures: string;
  readonly noPicturesOfAlarm: string;
  readonly picture: (name: string, time: string) => string;
  readonly sources: Readonly<Record<'device' | 'stream', string>>;
  readonly itsAlarm: string;
  readonly remove: string;
  readonly removeReally: string;
  readonly channel: string;
  readonly allChannels: string;
  readonly chooseChannel: string;
  readonly count: string;
  readonly interval: string;
  readonly take: string;
  readonly taking: (wanted: number) => string;
  readonly taken: (count: number, wanted: number) => string;
  readonly noPictures: string;
  readonly noPicturesHint: string;
  readonly more: string;
  readonly rulesHint: string;
  readonly rule: (number: number) => string;
  readonly name: string;
  readonly enabled: string;
  readonly when: string;
  readonly does: string;
  readonly source: string;
  readonly sourceHint: string;
  readonly methods: string;
  readonly types: string;
  readonly anyMethod: string;
  readonly anyType: string;
  readonly record: string;
  readonly records: Readonly<Record<'plan' | 'off' | 'seconds', string>>;
  readonly seconds: string;
  readonly takesPictures: string;
  readonly targets: string;
  readonly ownChannel: string;
  readonly addTarget: string;
  readonly addRule: string;
  readonly removeRule: string;
  readonly noRules: string;
  readonly save: string;
  readonly discard: string;
  readonly saved: string;
  readonly takeBack: string;
  readonly takeBackReally: string;
}

export const alarmsWords: Readonly<Record<Language, AlarmsWords>> = {
  en: {
    tabs: { alarms: 'Alarms', pictures: 'Pictures', rules: 'Rules' },
    loading: 'Loading …',
    unreachable: 'The gateway cannot be reached.',
    again: 'Try again',
    filter: 'Filter',
    device: 'Device',
    allDevices: 'All devices',
    kind: 'Kind',
    allKinds: 'All kinds',
    priority: 'Priority',
    allPriorities: 'Any',
    andHigher: (level) => `${level} and higher`,
    from: 'From',
    to: 'To',
    clearFilter: 'Show all',
    none: 'No alarms yet.',
    noneHint:
      'Devices tell alarms by themselves, or when they are subscribed to: on the page of a device, under Control. New ones appear here at once.',
    nothingFound: 'No alarm fits the filter.',
    newOnes: (count) => (count === 1 ? '1 new alarm' : `${count} new alarms`),
    full: (count) => `The newest ${count.toLocaleString('en')} are shown.`,
    older: 'Show older ones',
    columns: { time: 'Time', priority: 'Priority', kind: 'What', channel: 'Where' },
    details: 'Details',
    close: 'Close',
    gone: 'This alarm is not kept any more.',
    footage: 'Footage of that time',
    live: 'Live',
    noChannel: 'It names no channel of the device',
    onlyThisDevice: 'Alarms of this device',
    reset: 'Reset at the device',
    resetDone: 'The device has been told.',
    lookOnly: 'Your token may only look.',
    facts: {
      deviceTime: 'Time, by its clock',
      receivedAt: 'Received',
      device: 'Device',
      channel: 'Channel',
      source: 'Named source',
      method: 'Way',
      type: 'Kind',
      priority: 'Priority',
      description: 'Description',
      place: 'Place',
      by: 'Told by',
    },
    by: { message: 'a message of its own', notify: 'the subscription' },
    raw: 'As the device wrote it',
    pictures: 'Pictures',
    noPicturesOfAlarm: 'No pictures were taken. A rule can have them taken at every alarm.',
    picture: (name, time) => `Picture of ${name}, ${time}`,
    sources: { device: 'taken by the device', stream: 'made of the stream' },
    itsAlarm: 'For an alarm',
    remove: 'Delete',
    removeReally: 'Delete?',
    channel: 'Channel',
    allChannels: 'All channels',
    chooseChannel: 'Choose a channel',
    count: 'Pictures',
    interval: 'Every … s',
    take: 'Take pictures',
    taking: (wanted) => (wanted === 1 ? 'Taking a picture …' : `Taking ${wanted} pictures …`),
    taken: (count, wanted) => `${count} of ${wanted} ${wanted === 1 ? 'picture' : 'pictures'} arrived.`,
    noPictures: 'No pictures yet.',
    noPicturesHint: 'Cameras of the 2022 edition take them themselves; of others they are made of the stream.',
    more: 'Show more',
    rulesHint: 'Each rule that fits an alarm does its part. What is left open fits every alarm.',
    rule: (number) => `Rule ${number}`,
    name: 'Name',
    enabled: 'On',
    when: 'When',
    does: 'Then',
    source: 'Channel or input',
    sourceHint: 'any id',
    methods: 'Ways',
    types: 'Kinds',
    anyMethod: 'any',
    anyType: 'any',
    record: 'Record',
    records: { plan: 'as planned', off: 'nothing', seconds: 'for so long' },
    seconds: 'Seconds',
    takesPictures: 'Take pictures',
    targets: 'Of',
    ownChannel: 'the channel that the alarm names',
    addTarget: 'Another channel',
    addRule: 'New rule',
    removeRule: 'Delete rule',
    noRules: 'There are no rules: alarms set nothing off.',
    save: 'Save',
    discard: 'Discard',
    saved: 'Saved. The rules hold from now on.',
    takeBack: 'Back to the standard',
    takeBackReally: 'Drop all rules?',
  },
  zh: {
    tabs: { alarms: '报警', pictures: '图像抓拍', rules: '联动规则' },
    loading: '正在加载…',
    unreachable: '无法连接网关。',
    again: '重试',
    filter: '筛选',
    device: '设备',
    allDevices: '全部设备',
    kind: '类型',
    allKinds: '全部类型',
    priority: '级别',
    allPriorities: '不限',
    andHigher: (level) => `${level}及以上`,
    from: '开始',
    to: '结束',
    clearFilter: '显示全部',
    none: '暂无报警。',
    noneHint: '设备会主动上报报警，或在订阅后上报：见设备页的“控制”。新报警会立即显示在这里。',
    nothingFound: '没有符合条件的报警。',
    newOnes: (count) => `${count} 条新报警`,
    full: (count) => `仅显示最新的 ${count.toLocaleString('zh-CN')} 条。`,
    older: '显示更早的',
    columns: { time: '时间', priority: '级别', kind: '内容', channel: '位置' },
    details: '详情',
    close: '关闭',
    gone: '该报警已不再保留。',
    footage: '查看当时录像',
    live: '实时',
    noChannel: '该报警未指明设备的通道',
    onlyThisDevice: '只看该设备的报警',
    reset: '设备端报警复位',
    resetDone: '已通知设备。',
    lookOnly: '当前令牌只能查看。',
    facts: {
      deviceTime: '报警时间（设备时钟）',
      receivedAt: '接收时间',
      device: '设备',
      channel: '通道',
      source: '报警源编码',
      method: '报警方式',
      type: '报警类型',
      priority: '级别',
      description: '描述',
      place: '经纬度',
      by: '上报方式',
    },
    by: { message: '设备主动上报', notify: '订阅通知' },
    raw: '设备原文',
    pictures: '抓拍图像',
    noPicturesOfAlarm: '没有抓拍图像。可在联动规则中设置报警抓拍。',
    picture: (name, time) => `${name} 的抓拍，${time}`,
    sources: { device: '设备抓拍', stream: '由码流生成' },
    itsAlarm: '报警联动',
    remove: '删除',
    removeReally: '确认删除？',
    channel: '通道',
    allChannels: '全部通道',
    chooseChannel: '请选择通道',
    count: '张数',
    interval: '间隔（秒）',
    take: '抓拍',
    taking: (wanted) => `正在抓拍 ${wanted} 张…`,
    taken: (count, wanted) => `已收到 ${count} / ${wanted} 张。`,
    noPictures: '暂无图像。',
    noPicturesHint: '2022 版设备自行抓拍并上传；其他设备由码流生成图像。',
    more: '显示更多',
    rulesHint: '每条符合的规则都会执行。未设置的条件视为不限。',
    rule: (number) => `规则 ${number}`,
    name: '名称',
    enabled: '启用',
    when: '条件',
    does: '动作',
    source: '通道或报警输入',
    sourceHint: '任意编码',
    methods: '报警方式',
    types: '报警类型',
    anyMethod: '不限',
    anyType: '不限',
    record: '录像',
    records: { plan: '按报警录像计划', off: '不录像', seconds: '固定时长' },
    seconds: '秒',
    takesPictures: '抓拍图像',
    targets: '对象',
    ownChannel: '报警所指的通道',
    addTarget: '添加通道',
    addRule: '新建规则',
    removeRule: '删除规则',
    noRules: '没有规则：报警不触发任何动作。',
    save: '保存',
    discard: '放弃修改',
    saved: '已保存，规则立即生效。',
    takeBack: '恢复默认',
    takeBackReally: '清除全部规则？',
  },
};
