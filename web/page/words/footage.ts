import type { Language } from '../language.ts';

/** Recorded footage: the time line, what plays, what is marked. Pure: no DOM. */
export interface FootageWords {
  readonly cameras: string;
  readonly choose: string;
  readonly chooseHint: string;
  readonly noSuchChannel: string;
  readonly loading: string;
  readonly toLive: string;
  /** What the view is for: links to it. */
  readonly open: string;
  readonly timeLine: string;
  readonly timeLineHelp: string;
  readonly lanes: Readonly<Record<'device' | 'own', string>>;
  readonly playLane: Readonly<Record<'device' | 'own', string>>;
  readonly asking: string;
  readonly nothingHere: string;
  readonly nothingAnywhere: string;
  readonly newest: string;
  readonly ownFault: string;
  readonly deviceFault: string;
  readonly tryAgain: string;
  readonly laneCures: Readonly<Record<string, string>>;
  /** Over the picture. */
  readonly idle: string;
  readonly idleHint: string;
  readonly starting: Readonly<Record<'device' | 'own', string>>;
  readonly stalled: string;
  readonly lost: string;
  readonly ended: string;
  readonly failed: string;
  readonly undecodable: string;
  readonly again: string;
  readonly noFootageAt: (time: string) => string;
  readonly lookOnly: string;
  readonly lookOnlyDownload: string;
  readonly offline: string;
  /** The clock. */
  readonly clock: string;
  readonly noClock: string;
  readonly zone: (name: string) => string;
  /** Buttons. */
  readonly play: string;
  readonly pause: string;
  readonly back: (seconds: number) => string;
  readonly forward: (seconds: number) => string;
  readonly frameBack: string;
  readonly frameForward: string;
  readonly frameWhenPaused: string;
  readonly noFrame: string;
  readonly speed: string;
  readonly backwards: (speed: number) => string;
  readonly speedRefused: (speed: number) => string;
  readonly speedNotOffered: string;
  readonly reverseOwn: string;
  readonly still: string;
  readonly soundOn: string;
  readonly soundOff: string;
  readonly fullScreen: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly now: string;
  readonly dayBefore: string;
  readonly dayAfter: string;
  readonly spans: Readonly<Record<'month' | 'week' | 'day' | 'hour' | 'minute', string>>;
  readonly window: string;
  /** The calendar. */
  readonly calendar: string;
  readonly monthBefore: string;
  readonly monthAfter: string;
  readonly weekdays: readonly string[];
  readonly dayHas: (date: string, device: boolean | null, own: boolean) => string;
  readonly notKnown: string;
  /** The marked range. */
  readonly mark: string;
  readonly markHint: string;
  readonly markIn: string;
  readonly markOut: string;
  readonly from: string;
  readonly to: string;
  readonly clearMark: string;
  readonly length: (text: string) => string;
  readonly download: Readonly<Record<'device' | 'own', string>>;
  readonly nothingMarked: string;
  readonly markTooLong: string;
  readonly wrongTime: string;
  readonly nothingInMark: string;
  readonly covered: (text: string) => string;
  readonly queued: string;
  readonly toDownloads: string;
  /** Lines of the sheet of keys. */
  readonly keys: string;
  readonly keyPlay: string;
  readonly keySlower: string;
  readonly keyFaster: string;
  readonly keyZoom: string;
  readonly keyEnds: string;
}

export const footageWords: Readonly<Record<Language, FootageWords>> = {
  en: {
    cameras: 'Cameras',
    choose: 'Choose a camera to see what was recorded.',
    chooseHint: 'The time line shows what its recorder keeps and what this gateway has recorded.',
    noSuchChannel: 'There is no such channel. Choose another one.',
    loading: 'Loading …',
    toLive: 'Live picture',
    open: 'Recorded footage',
    timeLine: 'Time line',
    timeLineHelp:
      'Click to play, drag to move, turn the wheel to zoom, drag with Shift to mark a range. Arrows jump 10 seconds.',
    lanes: { device: 'Recorder', own: 'Gateway' },
    playLane: { device: 'Play what the recorder keeps', own: 'Play what this gateway has recorded' },
    asking: 'Asking the recorder …',
    nothingHere: 'Nothing was recorded in this stretch.',
    nothingAnywhere: 'Nothing was recorded in the last ten years.',
    newest: 'Go to the newest footage',
    ownFault: 'The gateway’s own recordings cannot be read.',
    deviceFault: 'The recorder does not say what it has.',
    tryAgain: 'Ask again',
    laneCures: {
      device_offline:
        'The device is offline. It is asked again when it is back; own recordings can be played meanwhile.',
      device_timeout:
        'It did not answer the search. Old recorders take long for many files: come closer, or ask again in a minute.',
      device_error: 'It refused the search. Check that it has a disk and that this channel is recorded.',
      rate_limited: 'It is being asked too much. Ask again in a moment.',
      channel_not_found: 'The gateway does not know this channel any more.',
      device_not_found: 'The gateway does not know this device any more.',
      unreachable: 'The gateway cannot be reached.',
    },
    idle: 'Click into the time line to play.',
    idleHint: 'Turn the wheel to come closer, drag to move.',
    starting: { device: 'Asking the recorder for this moment …', own: 'Opening the recording …' },
    stalled: 'The recorder has stopped sending. It is called again.',
    lost: 'The connection to the gateway broke. Trying again …',
    ended: 'This is the end of the footage.',
    failed: 'It cannot be played.',
    undecodable: 'This browser cannot decode the picture. Mark the range and download it for a video player.',
    again: 'Try again',
    noFootageAt: (time) => `There is no footage at ${time}, and none behind it in this stretch.`,
    lookOnly: 'This token may only look: it cannot start a playback. What this gateway has recorded can be played.',
    lookOnlyDownload: 'this token may only look',
    offline: 'the device is offline',
    clock: 'Time of the picture',
    noClock: '––:––:––',
    zone: (name) => `Times in the zone of the recorders (${name})`,
    play: 'Play',
    pause: 'Pause',
    back: (seconds) => `${seconds} s back`,
    forward: (seconds) => `${seconds} s forward`,
    frameBack: 'One picture back',
    frameForward: 'One picture forward',
    frameWhenPaused: 'when paused',
    noFrame: 'There is no further picture at hand: play on, or jump.',
    speed: 'Speed',
    backwards: (speed) => `${speed}× backwards`,
    speedRefused: (speed) =>
      speed < 0 ? `The recorder does not play backwards at ${-speed}×.` : `The recorder does not play at ${speed}×.`,
    speedNotOffered: 'this recorder does not do it',
    reverseOwn: 'own recordings play forwards only',
    still: 'Save picture',
    soundOn: 'Sound on',
    soundOff: 'Sound off',
    fullScreen: 'Full screen',
    zoomIn: 'Closer',
    zoomOut: 'Further',
    now: 'Now',
    dayBefore: 'A day earlier',
    dayAfter: 'A day later',
    spans: { month: 'Month', week: 'Week', day: 'Day', hour: 'Hour', minute: 'Minute' },
    window: 'Length shown',
    calendar: 'Calendar',
    monthBefore: 'Month before',
    monthAfter: 'Month after',
    weekdays: ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'],
    dayHas: (date, device, own) => {
      const places = [...(device === true ? ['in the recorder'] : []), ...(own ? ['in the gateway'] : [])];
      if (places.length > 0) return `${date}: footage ${places.join(' and ')}`;
      return device === null ? `${date}: not known yet` : `${date}: no footage`;
    },
    notKnown: 'The recorder has not said everything yet.',
    mark: 'Range',
    markHint: 'Drag with Shift in the time line to mark a range.',
    markIn: 'Start here',
    markOut: 'End here',
    from: 'From',
    to: 'To',
    clearMark: 'Clear range',
    length: (text) => `Length ${text}`,
    download: { device: 'Download from recorder', own: 'Save own recording' },
    nothingMarked: 'mark a range first',
    markTooLong: 'a range is 31 days long at most; of own recordings 24 hours',
    wrongTime: 'Write a time as 2026-11-21 09:30:00.',
    nothingInMark: 'nothing was recorded in this range',
    covered: (text) => `${text} of it are recorded`,
    queued: 'The download has been ordered.',
    toDownloads: 'See downloads',
    keys: 'Recorded footage',
    keyPlay: 'Play, pause',
    keySlower: 'Slower, backwards',
    keyFaster: 'Faster',
    keyZoom: 'Closer, further',
    keyEnds: 'First, newest footage of what is shown',
  },
  zh: {
    cameras: '摄像机',
    choose: '请选择摄像机查看录像。',
    chooseHint: '时间轴同时显示设备端录像与本网关录像。',
    noSuchChannel: '没有该通道，请选择其他通道。',
    loading: '正在加载…',
    toLive: '实时画面',
    open: '录像回放',
    timeLine: '时间轴',
    timeLineHelp: '单击播放，拖动平移，滚轮缩放，按住 Shift 拖动选取时段；方向键跳转 10 秒。',
    lanes: { device: '设备录像', own: '网关录像' },
    playLane: { device: '播放设备端录像', own: '播放本网关录像' },
    asking: '正在查询设备…',
    nothingHere: '该时段没有录像。',
    nothingAnywhere: '最近十年没有录像。',
    newest: '转到最新录像',
    ownFault: '无法读取本网关录像。',
    deviceFault: '设备没有返回录像列表。',
    tryAgain: '重新查询',
    laneCures: {
      device_offline: '设备离线，恢复后会自动重新查询；在此期间可播放本网关录像。',
      device_timeout: '设备没有应答查询。旧设备在文件很多时较慢：请放大时间轴，或一分钟后重试。',
      device_error: '设备拒绝查询。请检查其硬盘以及该通道是否在录像。',
      rate_limited: '对设备的查询过多，请稍后重试。',
      channel_not_found: '网关已不认识该通道。',
      device_not_found: '网关已不认识该设备。',
      unreachable: '无法连接网关。',
    },
    idle: '单击时间轴开始播放。',
    idleHint: '滚轮缩放，拖动平移。',
    starting: { device: '正在向设备请求该时刻的录像…', own: '正在打开录像…' },
    stalled: '设备停止发送，正在重新呼叫。',
    lost: '与网关的连接已断开，正在重试…',
    ended: '录像已播放完毕。',
    failed: '无法播放。',
    undecodable: '此浏览器无法解码该画面，请选取时段下载后用播放器打开。',
    again: '重试',
    noFootageAt: (time) => `${time} 没有录像，其后在该时段内也没有。`,
    lookOnly: '此令牌仅可查看，不能发起设备录像回放；可播放本网关录像。',
    lookOnlyDownload: '此令牌仅可查看',
    offline: '设备离线',
    clock: '画面时间',
    noClock: '––:––:––',
    zone: (name) => `时间为设备所在时区（${name}）`,
    play: '播放',
    pause: '暂停',
    back: (seconds) => `后退 ${seconds} 秒`,
    forward: (seconds) => `前进 ${seconds} 秒`,
    frameBack: '上一帧',
    frameForward: '下一帧',
    frameWhenPaused: '暂停时可用',
    noFrame: '没有更多可用的帧，请继续播放或跳转。',
    speed: '倍速',
    backwards: (speed) => `倒放 ${speed}×`,
    speedRefused: (speed) => (speed < 0 ? `设备不支持 ${-speed}× 倒放。` : `设备不支持 ${speed}× 播放。`),
    speedNotOffered: '该设备不支持',
    reverseOwn: '网关录像只能正向播放',
    still: '保存画面',
    soundOn: '打开声音',
    soundOff: '关闭声音',
    fullScreen: '全屏',
    zoomIn: '放大',
    zoomOut: '缩小',
    now: '现在',
    dayBefore: '前一天',
    dayAfter: '后一天',
    spans: { month: '月', week: '周', day: '日', hour: '小时', minute: '分钟' },
    window: '显示时长',
    calendar: '日历',
    monthBefore: '上个月',
    monthAfter: '下个月',
    weekdays: ['一', '二', '三', '四', '五', '六', '日'],
    dayHas: (date, device, own) => {
      const places = [...(device === true ? ['设备录像'] : []), ...(own ? ['网关录像'] : [])];
      if (places.length > 0) return `${date}：有${places.join('和')}`;
      return device === null ? `${date}：尚不清楚` : `${date}：没有录像`;
    },
    notKnown: '设备尚未返回全部结果。',
    mark: '时段',
    markHint: '按住 Shift 在时间轴上拖动可选取时段。',
    markIn: '设为起点',
    markOut: '设为终点',
    from: '从',
    to: '到',
    clearMark: '清除时段',
    length: (text) => `时长 ${text}`,
    download: { device: '从设备下载', own: '保存网关录像' },
    nothingMarked: '请先选取时段',
    markTooLong: '时段最长 31 天；网关录像最长 24 小时',
    wrongTime: '时间格式为 2026-11-21 09:30:00。',
    nothingInMark: '该时段没有录像',
    covered: (text) => `其中有录像 ${text}`,
    queued: '下载任务已创建。',
    toDownloads: '查看下载',
    keys: '录像回放',
    keyPlay: '播放、暂停',
    keySlower: '减速、倒放',
    keyFaster: '加速',
    keyZoom: '放大、缩小',
    keyEnds: '所示时段的第一段、最新一段录像',
  },
};
