import type { Language } from '../language.ts';
import type { Severity } from '../system/api.ts';

type Values = Readonly<Record<string, string | number>>;

/** Sentence and cure of a warning, from the values seen. */
export type WarningWords = (v: Values) => readonly [sentence: string, cure: string];

/** Health, addresses, log. Pure: no DOM. */
export interface SystemWords {
  readonly tabs: Readonly<Record<'health' | 'addresses' | 'webhooks' | 'log', string>>;
  readonly loading: string;
  readonly allWell: string;
  readonly warnings: string;
  readonly severities: Readonly<Record<Severity, string>>;
  readonly warning: Readonly<Record<string, WarningWords>>;
  readonly device: string;
  readonly processor: string;
  readonly ofProcess: (cores: string) => string;
  readonly ofMachine: (percent: string, cores: number) => string;
  readonly memory: string;
  readonly heap: (bytes: string) => string;
  readonly free: (free: string, total: string) => string;
  readonly loop: string;
  readonly loopMax: (ms: string) => string;
  readonly disk: string;
  readonly ports: string;
  readonly portsOf: (free: number, total: number) => string;
  readonly leased: string;
  readonly heldOff: string;
  readonly occupied: string;
  readonly versions: string;
  readonly notInstalled: string;
  readonly uptime: string;
  readonly listeners: string;
  readonly platform: string;
  readonly timeZone: string;
  readonly clock: string;
  readonly counters: string;
  readonly addresses: {
    readonly hint: string;
    readonly none: string;
    readonly device: string;
    readonly source: string;
    readonly via: string;
    readonly contact: string;
    readonly sdp: string;
    readonly clock: string;
    readonly askClocks: string;
    readonly asking: string;
    readonly neverHeard: string;
    readonly ahead: (span: string) => string;
    readonly behind: (span: string) => string;
    readonly inTime: string;
    readonly online: string;
    readonly offline: string;
  };
  readonly log: {
    readonly level: string;
    readonly levels: Readonly<Record<string, string>>;
    readonly find: string;
    readonly device: string;
    readonly allDevices: string;
    readonly follow: string;
    readonly empty: string;
    readonly lines: string;
  };
}

function span(value: unknown, units: readonly string[]): string {
  const seconds = Math.abs(Math.round(Number(value)));
  const counts = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const said = counts.flatMap((count, i) => (count > 0 ? [`${count} ${units[i]}`] : [])).slice(0, 2);
  return said.length === 0 ? `0 ${units[3]}` : said.join(' ');
}

const UNITS: Readonly<Record<Language, readonly string[]>> = {
  en: ['d', 'h', 'min', 's'],
  zh: ['天', '小时', '分', '秒'],
};

/** `2 h 5 min`, `2 小时 5 分`: the two largest units. */
export function spanWords(seconds: number, language: Language): string {
  return span(seconds, UNITS[language]);
}

const kib = (bytes: unknown) => `${Math.round(Number(bytes) / 1024)} KiB`;
const gib = (bytes: unknown) => `${(Number(bytes) / 1024 ** 3).toFixed(1)} GiB`;
const option = (v: Values) => (v.option === 'advertise' ? '--advertise' : String(v.option));

export const systemWords: Readonly<Record<Language, SystemWords>> = {
  en: {
    tabs: { health: 'Health', addresses: 'Addresses', webhooks: 'Webhooks', log: 'Log' },
    loading: 'Loading …',
    allWell: 'All checks are well.',
    warnings: 'What is wrong, and what helps',
    severities: { error: 'Error', warning: 'Warning', note: 'Note' },
    warning: {
      address_unspecified: (v) => [
        `Devices would be told to send to ${v.host}, which is no address.`,
        'Set --advertise to the address by which the cameras reach this machine.',
      ],
      address_loopback: (v) => [
        `The device at ${v.source} is told to send to ${v.host}, which is the device itself.`,
        `Set ${option(v)} to the address by which it reaches this machine.`,
      ],
      address_private_across_nat: (v) => [
        `The device at ${v.source} is told to send to ${v.host}, a private address it cannot reach from there.`,
        `Set ${option(v)} to the public address of this site, and forward SIP and the media ports to this machine.`,
      ],
      address_hairpin: (v) => [
        `The device at ${v.source} is in this machine’s own network, but is told to send to the public address ${v.host}.`,
        `Many routers do not turn such packets round: leave ${option(v)} unset, or let the router do hairpin NAT.`,
      ],
      address_is_name: (v) => [
        `${v.option} is the name ${v.host}; many cameras cannot look up names.`,
        `Set ${v.option} to an IP address.`,
      ],
      address_not_ours: (v) => [
        `${v.option} is ${v.host}, which is no address of this machine.`,
        'That is right behind a router or in a container that forwards to it; else correct it.',
      ],
      device_behind_nat: (v) => [
        `It speaks of another address than the one its packets come from (${v.source}): ${v.detail}.`,
        'Nothing to do: requests go to where its packets come from. If no picture comes, use TCP or set --advertise.',
      ],
      port_in_use: (v) => [
        `Port ${v.port} (${v.name}) is held by another program.`,
        'Stop that program (ss -lntup shows it), or choose another port.',
      ],
      ports_exhausted: (v) => [
        `${v.free} of ${v.total} media ports are free: no further stream can start.`,
        'Widen --media-ports: two ports for each stream.',
      ],
      ports_occupied: (v) => [
        `${v.occupied} of ${v.total} media ports are held by other programs.`,
        'Choose a range for --media-ports that lies outside net.ipv4.ip_local_port_range and of other servers.',
      ],
      receive_buffer_small: (v) => [
        `The system gives at most ${kib(v.bytes)} of receive buffer; ${kib(v.wantedBytes)} are wanted. Bursts of packets get lost.`,
        `sudo sysctl -w net.core.rmem_max=${v.wantedBytes}, and the same line in /etc/sysctl.d/.`,
      ],
      clock_unsynchronized: () => [
        'The clock of the gateway’s machine is not synchronised.',
        'Switch on NTP: sudo timedatectl set-ntp true.',
      ],
      clock_off: (v) => [
        `The clock of the gateway’s machine is ${span(v.seconds, UNITS.en)} ${Number(v.seconds) < 0 ? 'slow' : 'fast'} against that of ${v.devices} devices.`,
        'Switch on NTP there: sudo timedatectl set-ntp true.',
      ],
      device_clock_off: (v) => [
        `Its clock is ${span(v.seconds, UNITS.en)} ${Number(v.seconds) < 0 ? 'slow' : 'fast'}.`,
        'Switch on NTP in the device, or let it take the time of the platform.',
      ],
      disk_full: (v) => [
        `${gib(v.freeBytes)} are free in ${v.path}: recordings stop.`,
        'Delete recordings, or put --data on a larger disk.',
      ],
      disk_low: (v) => [
        `${gib(v.freeBytes)} are free in ${v.path}${v.hours === undefined ? '' : `, enough for ${v.hours} h at the present rate`}.`,
        'Delete recordings, or put --data on a larger disk.',
      ],
      disk_unknown: () => [
        'The data folder cannot be looked at.',
        'Check that the folder of --data exists and may be written by the user that runs gbgate.',
      ],
      retention_failing: (v) => [
        `Old recordings cannot be deleted: ${v.error}.`,
        'Give the user that runs gbgate the right to delete in the data folder.',
      ],
      retention_stuck: (v) => [
        `${v.reason === 'bytes' ? `Recordings take ${gib(v.missingBytes)} more than they may` : `${gib(v.missingBytes)} less than wanted are free`}, and everything left is locked (${gib(v.lockedBytes)}), being read or being written.`,
        'Unlock or delete recordings, raise record.maxBytes, or put --data on a larger disk.',
      ],
      recording_not_running: (v) => [
        `Channel ${v.channelId} should be recorded and is not: ${v.detail}`,
        'The gateway tries again by itself; the page of the device shows why its stream does not come.',
      ],
      loop_late: (v) => [
        `The gateway is late: 1 % of its turns waited ${v.p99Ms} ms or more in the last minute.`,
        'Give it a core of its own, or pull fewer streams: packets get lost while it is late.',
      ],
      webhook_failing: (v) => [
        `The webhook ${v.url} does not take events (${v.error}); ${v.waiting} wait for it.`,
        'Repair the receiver; GET /api/v1/webhooks/deliveries shows each attempt. Nothing is lost for a day.',
      ],
      ffmpeg_missing: () => [
        'ffmpeg is not installed: there are no snapshots and no thumbnails.',
        'Install it (apt install ffmpeg); live pictures and recordings do not need it.',
      ],
    },
    device: 'Device',
    processor: 'Processor',
    ofProcess: (cores) => `${cores} of a core`,
    ofMachine: (percent, cores) => `machine ${percent} of ${cores} ${cores === 1 ? 'core' : 'cores'}`,
    memory: 'Memory',
    heap: (bytes) => `${bytes} of it heap`,
    free: (free, total) => `${free} of ${total} free`,
    loop: 'Event loop delay',
    loopMax: (ms) => `longest ${ms} in the last minute`,
    disk: 'Disk',
    ports: 'Media ports',
    portsOf: (free, total) => `${free} of ${total} free`,
    leased: 'in use',
    heldOff: 'resting after a call',
    occupied: 'of other programs',
    versions: 'Versions',
    notInstalled: 'not installed',
    uptime: 'Running for',
    listeners: 'Ports',
    platform: 'Platform id',
    timeZone: 'Time zone of the devices',
    clock: 'Clock of the gateway',
    counters: 'All counters',
    addresses: {
      hint: 'What stands in the messages to each device, and where its own packets come from.',
      none: 'No device has been heard yet.',
      device: 'Device',
      source: 'Its packets come from',
      via: 'Our Via',
      contact: 'Our Contact',
      sdp: 'o= and c= of our offer',
      clock: 'Its clock',
      askClocks: 'Ask for their clocks',
      asking: 'Asking …',
      neverHeard: 'never heard',
      ahead: (text) => `${text} fast`,
      behind: (text) => `${text} slow`,
      inTime: 'in time',
      online: 'online',
      offline: 'offline',
    },
    log: {
      level: 'From level',
      levels: { trace: 'Everything', debug: 'Debug', info: 'Info', warn: 'Warnings', error: 'Errors' },
      find: 'Find in the log',
      device: 'Device',
      allDevices: 'All devices',
      follow: 'Follow',
      empty: 'No line of the log matches.',
      lines: 'Lines of the log',
    },
  },
  zh: {
    tabs: { health: '健康', addresses: '地址', webhooks: 'Webhook', log: '日志' },
    loading: '正在加载…',
    allWell: '所有检查均正常。',
    warnings: '问题与解决办法',
    severities: { error: '错误', warning: '警告', note: '提示' },
    warning: {
      address_unspecified: (v) => [
        `设备会被告知把媒体发往 ${v.host}，这不是有效地址。`,
        '请将 --advertise 设为摄像机访问本机所用的地址。',
      ],
      address_loopback: (v) => [
        `位于 ${v.source} 的设备被告知发往 ${v.host}，那是设备自己。`,
        `请将 ${option(v)} 设为该设备访问本机所用的地址。`,
      ],
      address_private_across_nat: (v) => [
        `位于 ${v.source} 的设备被告知发往私网地址 ${v.host}，从那里无法到达。`,
        `请将 ${option(v)} 设为本站点的公网地址，并把 SIP 端口和媒体端口转发到本机。`,
      ],
      address_hairpin: (v) => [
        `位于 ${v.source} 的设备与本机在同一网络，却被告知发往公网地址 ${v.host}。`,
        `许多路由器不支持回环转发：请不要设置 ${option(v)}，或在路由器上启用 NAT 回环。`,
      ],
      address_is_name: (v) => [
        `${v.option} 是域名 ${v.host}，许多摄像机无法解析域名。`,
        `请将 ${v.option} 设为 IP 地址。`,
      ],
      address_not_ours: (v) => [
        `${v.option} 为 ${v.host}，不是本机的地址。`,
        '若本机位于路由器后或容器内并已转发，则无需处理；否则请更正。',
      ],
      device_behind_nat: (v) => [
        `设备所称地址与其数据包来源（${v.source}）不同：${v.detail}。`,
        '无需处理：请求会发往数据包的来源地址。若没有画面，请使用 TCP 或设置 --advertise。',
      ],
      port_in_use: (v) => [
        `端口 ${v.port}（${v.name}）已被其他程序占用。`,
        '请停止该程序（用 ss -lntup 查看），或改用其他端口。',
      ],
      ports_exhausted: (v) => [
        `${v.total} 个媒体端口中仅剩 ${v.free} 个空闲，无法再开始新的码流。`,
        '请扩大 --media-ports 的范围：每路码流需要两个端口。',
      ],
      ports_occupied: (v) => [
        `${v.total} 个媒体端口中有 ${v.occupied} 个被其他程序占用。`,
        '请为 --media-ports 选择 net.ipv4.ip_local_port_range 之外、其他服务未用的范围。',
      ],
      receive_buffer_small: (v) => [
        `系统最多提供 ${kib(v.bytes)} 接收缓冲区，需要 ${kib(v.wantedBytes)}。突发数据包会丢失。`,
        `执行 sudo sysctl -w net.core.rmem_max=${v.wantedBytes}，并写入 /etc/sysctl.d/。`,
      ],
      clock_unsynchronized: () => ['网关所在机器的时钟未同步。', '请启用 NTP：sudo timedatectl set-ntp true。'],
      clock_off: (v) => [
        `网关所在机器的时钟比 ${v.devices} 台设备${Number(v.seconds) < 0 ? '慢' : '快'} ${span(v.seconds, UNITS.zh)}。`,
        '请在该机器上启用 NTP：sudo timedatectl set-ntp true。',
      ],
      device_clock_off: (v) => [
        `设备时钟${Number(v.seconds) < 0 ? '慢' : '快'} ${span(v.seconds, UNITS.zh)}。`,
        '请在设备上启用 NTP，或设为从平台校时。',
      ],
      disk_full: (v) => [
        `${v.path} 仅剩 ${gib(v.freeBytes)}，录像将停止。`,
        '请删除录像，或将 --data 放到更大的磁盘上。',
      ],
      disk_low: (v) => [
        `${v.path} 剩余 ${gib(v.freeBytes)}${v.hours === undefined ? '' : `，按当前速率约可用 ${v.hours} 小时`}。`,
        '请删除录像，或将 --data 放到更大的磁盘上。',
      ],
      disk_unknown: () => ['无法查看数据目录。', '请确认 --data 目录存在，且运行 gbgate 的用户可写。'],
      retention_failing: (v) => [
        `无法删除旧录像：${v.error}。`,
        '请授予运行 gbgate 的用户在数据目录中删除文件的权限。',
      ],
      retention_stuck: (v) => [
        `${v.reason === 'bytes' ? `录像超出上限 ${gib(v.missingBytes)}` : `可用空间比要求少 ${gib(v.missingBytes)}`}，剩余录像均已锁定（${gib(v.lockedBytes)}）、正在读取或正在写入。`,
        '请解锁或删除录像，调大 record.maxBytes，或将 --data 放到更大的磁盘上。',
      ],
      recording_not_running: (v) => [
        `通道 ${v.channelId} 应当录像但未在录像（${v.detail}）。`,
        '网关会自动重试；设备页面会说明其视频流为何没有到达。',
      ],
      loop_late: (v) => [
        `网关处理滞后：最近一分钟内 1 % 的处理等待了 ${v.p99Ms} 毫秒以上。`,
        '请为其分配独立的 CPU 核，或减少拉流数量：滞后时会丢包。',
      ],
      webhook_failing: (v) => [
        `Webhook ${v.url} 未能接收事件（${v.error}）；有 ${v.waiting} 个事件在等待。`,
        '请修复接收端；GET /api/v1/webhooks/deliveries 可查看每次投递。一天之内不会丢失事件。',
      ],
      ffmpeg_missing: () => [
        '未安装 ffmpeg：没有截图和缩略图。',
        '请安装 ffmpeg（apt install ffmpeg）；实时画面和录像不需要它。',
      ],
    },
    device: '设备',
    processor: '处理器',
    ofProcess: (cores) => `${cores} 个核`,
    ofMachine: (percent, cores) => `整机 ${percent}，共 ${cores} 核`,
    memory: '内存',
    heap: (bytes) => `其中堆 ${bytes}`,
    free: (free, total) => `空闲 ${free}，共 ${total}`,
    loop: '事件循环延迟',
    loopMax: (ms) => `最近一分钟最长 ${ms}`,
    disk: '磁盘',
    ports: '媒体端口',
    portsOf: (free, total) => `空闲 ${free}，共 ${total}`,
    leased: '使用中',
    heldOff: '呼叫后静置',
    occupied: '被其他程序占用',
    versions: '版本',
    notInstalled: '未安装',
    uptime: '已运行',
    listeners: '端口',
    platform: '平台编号',
    timeZone: '设备时区',
    clock: '网关时钟',
    counters: '全部计数',
    addresses: {
      hint: '发给每台设备的消息中写的地址，以及设备数据包的来源。',
      none: '尚未收到任何设备的消息。',
      device: '设备',
      source: '数据包来源',
      via: '我方 Via',
      contact: '我方 Contact',
      sdp: '我方 SDP 的 o= 与 c=',
      clock: '设备时钟',
      askClocks: '查询设备时钟',
      asking: '正在查询…',
      neverHeard: '从未收到',
      ahead: (text) => `快 ${text}`,
      behind: (text) => `慢 ${text}`,
      inTime: '准确',
      online: '在线',
      offline: '离线',
    },
    log: {
      level: '最低级别',
      levels: { trace: '全部', debug: '调试', info: '信息', warn: '警告', error: '错误' },
      find: '在日志中查找',
      device: '设备',
      allDevices: '全部设备',
      follow: '跟随',
      empty: '没有符合条件的日志。',
      lines: '日志行',
    },
  },
};
