import type { Language } from '../language.ts';

/** Fields of a profile in the order in which the page shows them. */
export type ProfileField =
  | 'mediaTransport'
  | 'subStreamAttribute'
  | 'sdpForm'
  | 'idForm'
  | 'ssrc'
  | 'rtcp'
  | 'audioLaw'
  | 'keyFrameCommand'
  | 'charset'
  | 'digest'
  | 'algorithm'
  | 'date'
  | 'ignoreStatusNotify'
  | 'openUnregister'
  | 'mansrtsp'
  | 'timeOffsetSeconds'
  | 'sendAfterAck'
  | 'notSupported';

/** The list of devices and the page of one. Pure: no DOM. */
export interface DevicesWords {
  readonly devices: string;
  readonly count: (shown: number, online: number) => string;
  readonly find: string;
  readonly all: string;
  readonly online: string;
  readonly offline: string;
  readonly show: string;
  readonly loading: string;
  readonly none: string;
  readonly noneHint: string;
  readonly add: string;
  readonly nothingFound: string;
  readonly columns: Readonly<Record<'state' | 'name' | 'model' | 'address' | 'channels' | 'seen', string>>;
  readonly never: string;
  readonly unknownDevice: (id: string) => string;
  readonly unreachable: string;
  readonly again: string;
  readonly back: string;
  readonly tabs: Readonly<Record<'overview' | 'channels' | 'streams' | 'settings', string>>;
  readonly refresh: string;
  readonly refreshing: string;
  readonly received: (received: number, expected: number | null) => string;
  readonly refreshed: (channels: number) => string;
  readonly refreshedPartly: (channels: number) => string;
  readonly mayOnlyLook: string;
  readonly identity: string;
  readonly id: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
  readonly edition: string;
  readonly editionUnknown: string;
  readonly health: string;
  readonly registered: string;
  readonly expires: string;
  readonly inSeconds: (seconds: number) => string;
  readonly overdue: string;
  readonly keepalive: string;
  readonly every: (seconds: number) => string;
  readonly missed: string;
  readonly missedOf: (missed: number, allowed: number) => string;
  readonly signalling: string;
  readonly addresses: string;
  readonly seenAt: string;
  readonly told: string;
  readonly says: string;
  readonly saysSame: string;
  readonly clock: string;
  readonly clockOff: (seconds: number) => string;
  readonly unknown: string;
  readonly history: string;
  readonly ranges: Readonly<Record<'day' | 'week', string>>;
  readonly onlineShare: (percent: string) => string;
  readonly notKnown: string;
  readonly noHistory: string;
  readonly reasons: Readonly<Record<string, string>>;
  readonly wentOn: string;
  readonly wentOff: string;
  readonly more: (count: number) => string;
  readonly findings: string;
  readonly findingsHint: string;
  readonly mediaFindings: string;
  readonly findChannel: string;
  readonly noChannels: string;
  readonly noChannelsHint: string;
  readonly noChannelFound: string;
  readonly channelColumns: Readonly<Record<'state' | 'name' | 'model' | 'address' | 'watch', string>>;
  readonly watch: string;
  readonly fields: (name: string) => string;
  readonly channelState: Readonly<Record<'on' | 'off', string>>;
  readonly noStreams: string;
  readonly noStreamsHint: string;
  readonly streamState: Readonly<Record<'inviting' | 'waiting' | 'playing' | 'paused' | 'stalled' | 'ended', string>>;
  readonly streamNumber: (number: number) => string;
  readonly viewers: (count: number) => string;
  readonly lost: (packets: number) => string;
  readonly steps: string;
  readonly ended: string;
  readonly account: string;
  readonly password: string;
  readonly passwordHint: string;
  readonly save: string;
  readonly saved: string;
  readonly profile: string;
  readonly profileHint: string;
  readonly groups: Readonly<Record<'media' | 'signalling' | 'footage', string>>;
  readonly field: Readonly<Record<ProfileField, string>>;
  readonly hint: Readonly<Record<ProfileField, string>>;
  /** Words for values; a value without one is shown as it is. */
  readonly value: Readonly<Record<string, string>>;
  readonly yes: string;
  readonly no: string;
  readonly automatic: (value: string) => string;
  readonly source: Readonly<Record<'byHand' | 'learned' | 'standard', string>>;
  readonly nothing: string;
  readonly asDeclared: string;
  readonly seconds: string;
  readonly forgetLearned: string;
  readonly forgetAll: string;
  readonly forgetReally: string;
  readonly removal: string;
  readonly removalHint: string;
  readonly block: string;
  readonly remove: string;
  readonly removeReally: string;
  readonly keep: string;
}

export const devicesWords: Readonly<Record<Language, DevicesWords>> = {
  en: {
    devices: 'Devices',
    count: (shown, online) => `${shown} · ${online} online`,
    find: 'Find by name, id, address, model',
    all: 'All',
    online: 'Online',
    offline: 'Offline',
    show: 'Show',
    loading: 'Loading …',
    none: 'No device has registered yet.',
    noneHint: 'Enter this gateway in the camera’s GB/T 28181 settings; it appears here by itself.',
    add: 'What do I type into my camera?',
    nothingFound: 'No device matches.',
    columns: {
      state: 'State',
      name: 'Name',
      model: 'Model',
      address: 'Address',
      channels: 'Channels',
      seen: 'Last seen',
    },
    never: 'never',
    unknownDevice: (id) => `There is no device ${id}.`,
    unreachable: 'The gateway did not answer.',
    again: 'Try again',
    back: 'All devices',
    tabs: { overview: 'Overview', channels: 'Channels', streams: 'Streams', settings: 'Settings' },
    refresh: 'Refresh catalogue',
    refreshing: 'Asking for the channels …',
    received: (received, expected) =>
      expected === null ? `${received} channels so far` : `${received} of ${expected} channels`,
    refreshed: (channels) => `${channels} channels, all of them.`,
    refreshedPartly: (channels) => `${channels} channels; the device did not send all it announced.`,
    mayOnlyLook: 'This token may only look. Sign in with the administrator’s token to change something.',
    identity: 'Identity',
    id: 'Device id',
    name: 'Name',
    manufacturer: 'Manufacturer',
    model: 'Model',
    firmware: 'Firmware',
    edition: 'GB/T 28181 of',
    editionUnknown: 'not said',
    health: 'Registration',
    registered: 'Registered',
    expires: 'Holds for',
    inSeconds: (seconds) =>
      seconds >= 7200
        ? `${Math.round(seconds / 3600)} h`
        : seconds >= 120
          ? `${Math.round(seconds / 60)} min`
          : `${seconds} s`,
    overdue: 'has run out',
    keepalive: 'Last message',
    every: (seconds) => `expected every ${seconds} s`,
    missed: 'Keepalives',
    missedOf: (missed, allowed) => `${missed} missed of ${allowed} allowed`,
    signalling: 'Signalling over',
    addresses: 'Addresses',
    seenAt: 'Packets from',
    told: 'We write',
    says: 'It says',
    saysSame: 'the same address as its packets',
    clock: 'Its clock',
    clockOff: (seconds) =>
      Math.abs(seconds) < 2 ? 'right' : `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`,
    unknown: 'unknown',
    history: 'On and off',
    ranges: { day: '24 hours', week: '7 days' },
    onlineShare: (percent) => `${percent} online`,
    notKnown: 'gateway not running',
    noHistory: 'No change was seen yet.',
    reasons: {
      registered: 'registered',
      keepalive: 'came back with a keepalive',
      unregistered: 'unregistered',
      'keepalive-missed': 'keepalives stopped',
      'registration-expired': 'registration ran out',
      'connection-lost': 'connection lost',
      'gateway-stopped': 'the gateway was stopped',
      'gateway-restarted': 'the gateway had ended',
    },
    wentOn: 'online',
    wentOff: 'offline',
    more: (count) => `Show all ${count}`,
    findings: 'What is unusual about it',
    findingsHint: 'Deviations from the standard that the gateway saw and tolerates, in signalling and media.',
    mediaFindings: 'What is unusual in it',
    findChannel: 'Find a channel',
    noChannels: 'The device has reported no channels.',
    noChannelsHint: 'Refresh the catalogue. A camera that has none is its own channel, after a moment.',
    noChannelFound: 'No channel matches.',
    channelColumns: { state: 'State', name: 'Name', model: 'Model', address: 'Place', watch: 'Watch' },
    watch: 'Watch',
    fields: (name) => `Catalogue fields of ${name}`,
    channelState: { on: 'on', off: 'off' },
    noStreams: 'No stream now, and none in the last hour.',
    noStreamsHint: 'Watching a channel starts one.',
    streamState: {
      inviting: 'asking the camera',
      waiting: 'waiting for a picture',
      playing: 'playing',
      paused: 'paused',
      stalled: 'stalled',
      ended: 'ended',
    },
    streamNumber: (number) => (number === 0 ? 'main stream' : `sub-stream ${number}`),
    viewers: (count) => (count === 1 ? '1 viewer' : `${count} viewers`),
    lost: (packets) => `${packets} packets lost`,
    steps: 'How it came about',
    ended: 'Ended in the last hour',
    account: 'Name and password',
    password: 'Password of this device',
    passwordHint: 'Only for this device; the common one is used when none is set. It is kept sealed and never shown.',
    save: 'Save',
    saved: 'Saved.',
    profile: 'Profile',
    profileHint:
      'How this device differs from the standard. What the gateway learned is used the next time by itself; what is set here wins over it.',
    groups: { media: 'Live media', signalling: 'Signalling', footage: 'Recordings and voice' },
    field: {
      mediaTransport: 'Media over',
      subStreamAttribute: 'Sub-stream is asked for by',
      sdpForm: 'Form of the offer',
      idForm: 'The call names',
      ssrc: 'SSRC of its media',
      rtcp: 'RTCP reports',
      audioLaw: 'G.711 is',
      keyFrameCommand: 'Key frame command',
      charset: 'Charset of its XML',
      digest: 'Login challenge',
      algorithm: 'Algorithm of the login',
      date: 'Time given at registration',
      ignoreStatusNotify: 'Ignore its on and off events',
      openUnregister: 'May leave without login',
      mansrtsp: 'Playback control',
      timeOffsetSeconds: 'Offset of its recording times',
      sendAfterAck: 'Voice only after the confirmation',
      notSupported: 'Cannot do',
    },
    hint: {
      mediaTransport: 'The one that worked is tried first.',
      subStreamAttribute: 'Dahua: streamprofile. 2022: streamnumber. TP-Link, Mercury: streamMode.',
      sdpForm: 'Devices that refuse the usual offer take a shorter or a longer one.',
      idForm: 'The channel, by the standard. Some cameras answer to their own id only.',
      ssrc: 'Strict keeps out everything that does not carry the agreed number.',
      rtcp: 'Some cameras stop sending without them, few are disturbed by them.',
      audioLaw: 'For cameras whose sound is noise because they declare the wrong law.',
      keyFrameCommand: '2016 spells it IFameCmd, 2022 IFrameCmd.',
      charset: 'Found out message by message.',
      digest: 'Old firmware cannot answer a challenge with qop.',
      algorithm: 'All devices know MD5.',
      date: 'The standard says Beijing time. Some devices choke on it.',
      ignoreStatusNotify: 'For recorders that report their channels off when they are not.',
      openUnregister: 'For devices that send no login when they leave, from their own address only.',
      mansrtsp: 'First line of the commands.',
      timeOffsetSeconds: 'For devices that are hours off.',
      sendAfterAck: 'For devices that lose what comes earlier.',
      notSupported: 'What it has answered that it cannot do; no longer asked.',
    },
    value: {
      auto: 'automatic',
      udp: 'UDP',
      'tcp-passive': 'TCP, the device connects',
      'tcp-active': 'TCP, the gateway connects',
      all: 'every known spelling',
      subject: 'number in the Subject',
      none: 'nothing',
      common: 'usual (PS, MPEG-4, H.264)',
      minimal: 'PS alone',
      extended: 'long list',
      channel: 'the channel',
      device: 'the device',
      offered: 'strict: the agreed one',
      any: 'any',
      a: 'A-law',
      mu: 'µ-law',
      qop: 'with qop',
      plain: 'without qop',
      beijing: 'Beijing time',
      off: 'not given',
    },
    yes: 'yes',
    no: 'no',
    automatic: (value) => `Automatic: ${value}`,
    source: { byHand: 'set', learned: 'learned', standard: 'standard' },
    nothing: 'nothing',
    asDeclared: 'as declared',
    seconds: 'seconds',
    forgetLearned: 'Forget what was learned',
    forgetAll: 'Forget everything',
    forgetReally: 'Really forget everything?',
    removal: 'Delete',
    removalHint: 'Its channels, name, password and profile go with it. Recordings stay.',
    block: 'Never let it register again',
    remove: 'Delete this device',
    removeReally: 'Really delete it',
    keep: 'Keep it',
  },
  zh: {
    devices: '设备',
    count: (shown, online) => `${shown} 台 · ${online} 台在线`,
    find: '按名称、编号、地址、型号查找',
    all: '全部',
    online: '在线',
    offline: '离线',
    show: '显示',
    loading: '正在加载…',
    none: '还没有设备注册。',
    noneHint: '请在摄像机的 GB/T 28181 设置中填写本网关，注册后会自动出现在这里。',
    add: '摄像机里该填什么？',
    nothingFound: '没有匹配的设备。',
    columns: { state: '状态', name: '名称', model: '型号', address: '地址', channels: '通道', seen: '最近在线' },
    never: '从未',
    unknownDevice: (id) => `没有设备 ${id}。`,
    unreachable: '网关没有应答。',
    again: '重试',
    back: '所有设备',
    tabs: { overview: '概览', channels: '通道', streams: '码流', settings: '设置' },
    refresh: '刷新目录',
    refreshing: '正在查询通道…',
    received: (received, expected) =>
      expected === null ? `已收到 ${received} 个通道` : `通道 ${received}/${expected}`,
    refreshed: (channels) => `共 ${channels} 个通道，已收齐。`,
    refreshedPartly: (channels) => `${channels} 个通道；设备未发送其声明的全部通道。`,
    mayOnlyLook: '该令牌只能查看。如需更改，请使用管理员令牌登录。',
    identity: '设备信息',
    id: '设备编号',
    name: '名称',
    manufacturer: '厂商',
    model: '型号',
    firmware: '固件',
    edition: 'GB/T 28181 版本',
    editionUnknown: '未声明',
    health: '注册状态',
    registered: '注册时间',
    expires: '剩余有效期',
    inSeconds: (seconds) =>
      seconds >= 7200
        ? `${Math.round(seconds / 3600)} 小时`
        : seconds >= 120
          ? `${Math.round(seconds / 60)} 分钟`
          : `${seconds} 秒`,
    overdue: '已过期',
    keepalive: '最近消息',
    every: (seconds) => `应每 ${seconds} 秒一次`,
    missed: '心跳缺失',
    missedOf: (missed, allowed) => `${missed} 次（允许 ${allowed} 次）`,
    signalling: '信令传输',
    addresses: '地址',
    seenAt: '数据包来源',
    told: '我方写入',
    says: '设备自称',
    saysSame: '与数据包来源一致',
    clock: '设备时钟',
    clockOff: (seconds) => (Math.abs(seconds) < 2 ? '准确' : `${seconds > 0 ? '快' : '慢'} ${Math.abs(seconds)} 秒`),
    unknown: '未知',
    history: '上下线记录',
    ranges: { day: '24 小时', week: '7 天' },
    onlineShare: (percent) => `在线 ${percent}`,
    notKnown: '网关未运行',
    noHistory: '尚无上下线记录。',
    reasons: {
      registered: '注册',
      keepalive: '收到心跳',
      unregistered: '注销',
      'keepalive-missed': '心跳停止',
      'registration-expired': '注册过期',
      'connection-lost': '连接断开',
      'gateway-stopped': '网关停止',
      'gateway-restarted': '网关曾中断',
    },
    wentOn: '上线',
    wentOff: '离线',
    more: (count) => `显示全部 ${count} 条`,
    findings: '异常之处',
    findingsHint: '网关发现并容忍的、与标准不符之处（信令与媒体）。',
    mediaFindings: '该码流的异常',
    findChannel: '查找通道',
    noChannels: '设备未上报通道。',
    noChannelsHint: '请刷新目录。没有通道的摄像机稍后会作为自身的通道。',
    noChannelFound: '没有匹配的通道。',
    channelColumns: { state: '状态', name: '名称', model: '型号', address: '位置', watch: '观看' },
    watch: '观看',
    fields: (name) => `${name} 的目录字段`,
    channelState: { on: '在线', off: '离线' },
    noStreams: '当前及最近一小时内没有码流。',
    noStreamsHint: '观看某个通道即会建立码流。',
    streamState: {
      inviting: '正在呼叫',
      waiting: '等待画面',
      playing: '播放中',
      paused: '已暂停',
      stalled: '停滞',
      ended: '已结束',
    },
    streamNumber: (number) => (number === 0 ? '主码流' : `子码流 ${number}`),
    viewers: (count) => `${count} 位观众`,
    lost: (packets) => `丢包 ${packets}`,
    steps: '建立过程',
    ended: '最近一小时内结束',
    account: '名称与密码',
    password: '该设备的密码',
    passwordHint: '仅用于该设备；未设置时使用公共密码。加密保存，不会显示。',
    save: '保存',
    saved: '已保存。',
    profile: '设备特性',
    profileHint: '该设备与标准的差异。网关学到的会在下次自动使用；此处的设置优先。',
    groups: { media: '实时媒体', signalling: '信令', footage: '录像与语音' },
    field: {
      mediaTransport: '媒体传输方式',
      subStreamAttribute: '子码流选择方式',
      sdpForm: '请求格式',
      idForm: '呼叫对象',
      ssrc: '媒体 SSRC',
      rtcp: 'RTCP 报告',
      audioLaw: 'G.711 类型',
      keyFrameCommand: '关键帧命令',
      charset: 'XML 字符集',
      digest: '认证质询',
      algorithm: '认证算法',
      date: '注册时下发的时间',
      ignoreStatusNotify: '忽略其上下线事件',
      openUnregister: '允许无认证注销',
      mansrtsp: '回放控制',
      timeOffsetSeconds: '录像时间偏移',
      sendAfterAck: '确认后才发送语音',
      notSupported: '不支持的功能',
    },
    hint: {
      mediaTransport: '优先尝试上次成功的方式。',
      subStreamAttribute: '大华：streamprofile；2022 版：streamnumber；TP-Link、水星：streamMode。',
      sdpForm: '部分设备拒绝常用格式，但接受更短或更长的格式。',
      idForm: '标准为通道编号；部分摄像机只响应设备编号。',
      ssrc: '严格模式拒绝所有不带约定编号的数据。',
      rtcp: '部分摄像机收不到报告会停流，极少数会受其干扰。',
      audioLaw: '用于因声明错误而听到噪声的摄像机。',
      keyFrameCommand: '2016 版写作 IFameCmd，2022 版写作 IFrameCmd。',
      charset: '按每条消息自动判断。',
      digest: '旧固件无法应答带 qop 的质询。',
      algorithm: '所有设备都支持 MD5。',
      date: '标准规定为北京时间；部分设备不能处理。',
      ignoreStatusNotify: '用于误报通道离线的录像机。',
      openUnregister: '用于注销时不带认证的设备，仅限其自身地址。',
      mansrtsp: '控制命令的首行。',
      timeOffsetSeconds: '用于时间相差数小时的设备。',
      sendAfterAck: '用于会丢失过早到达数据的设备。',
      notSupported: '设备已答复不支持，不再询问。',
    },
    value: {
      auto: '自动',
      udp: 'UDP',
      'tcp-passive': 'TCP，设备连接网关',
      'tcp-active': 'TCP，网关连接设备',
      all: '所有已知写法',
      subject: 'Subject 中的序号',
      none: '不带',
      common: '常用（PS、MPEG-4、H.264）',
      minimal: '仅 PS',
      extended: '长列表',
      channel: '通道',
      device: '设备',
      offered: '严格：约定值',
      any: '任意',
      a: 'A 律',
      mu: 'µ 律',
      qop: '带 qop',
      plain: '不带 qop',
      beijing: '北京时间',
      off: '不下发',
    },
    yes: '是',
    no: '否',
    automatic: (value) => `自动：${value}`,
    source: { byHand: '手动', learned: '已学习', standard: '标准' },
    nothing: '无',
    asDeclared: '按声明',
    seconds: '秒',
    forgetLearned: '忘记已学习的内容',
    forgetAll: '全部忘记',
    forgetReally: '确定全部忘记？',
    removal: '删除',
    removalHint: '其通道、名称、密码和特性将一并删除；录像保留。',
    block: '不再允许其注册',
    remove: '删除该设备',
    removeReally: '确定删除',
    keep: '保留',
  },
};
