import type { Download } from '../downloads/api.ts';
import type { Language } from '../language.ts';

/** What went wrong with a download, and what helps. */
interface Fault {
  readonly sentence: string;
  readonly cure: string;
}

/** Downloads: the list, what each is doing, the form for a new one. Pure: no DOM. */
export interface DownloadsWords {
  readonly loading: string;
  readonly none: string;
  readonly noneHint: string;
  readonly nothingFound: string;
  readonly clearFilter: string;
  readonly gone: string;
  readonly summary: (running: number, waiting: number) => string;
  readonly footprint: (count: number, bytes: string) => string;
  readonly newDownload: string;
  readonly filter: string;
  readonly channel: string;
  readonly allChannels: string;
  readonly state: string;
  readonly allStates: string;
  readonly states: Readonly<Record<Download['state'], string>>;
  readonly columns: Readonly<Record<'name' | 'progress' | 'state' | 'size', string>>;
  readonly progressOf: (name: string) => string;
  readonly percent: (share: number) => string;
  readonly left: (span: string) => string;
  readonly waits: string;
  readonly waitsForDevice: string;
  readonly priority: (n: number) => string;
  readonly kept: (share: string) => string;
  readonly gaps: (count: number, span: string) => string;
  readonly missing: string;
  readonly missingHint: string;
  readonly moreGaps: (count: number) => string;
  readonly save: string;
  readonly cancel: string;
  readonly retry: string;
  readonly sooner: string;
  readonly later: string;
  readonly remove: string;
  readonly removeReally: string;
  readonly lookOnly: string;
  readonly details: string;
  readonly close: string;
  readonly whatCame: string;
  readonly stillComing: string;
  readonly cannotPlayFile: string;
  readonly whatHelps: string;
  readonly fault: Readonly<Record<string, Fault>>;
  readonly facts: Readonly<
    Record<
      | 'range'
      | 'received'
      | 'size'
      | 'filesize'
      | 'speed'
      | 'asked'
      | 'transport'
      | 'edges'
      | 'created'
      | 'ended'
      | 'path'
      | 'tag',
      string
    >
  >;
  readonly edges: Readonly<Record<'exact' | 'whole', string>>;
  readonly form: {
    readonly from: string;
    readonly to: string;
    readonly speed: string;
    readonly speedHint: string;
    readonly exact: string;
    readonly exactHint: string;
    readonly start: string;
    readonly cancel: string;
    readonly zone: (offset: string) => string;
    readonly choose: string;
    readonly length: (span: string) => string;
    readonly presets: string;
    readonly preset: Readonly<Record<'hour' | 'today' | 'yesterday', string>>;
    readonly wrong: Readonly<Record<'channel' | 'time' | 'order' | 'future' | 'long', string>>;
    readonly refused: string;
  };
}

export const downloadsWords: Readonly<Record<Language, DownloadsWords>> = {
  en: {
    loading: 'Loading …',
    none: 'Nothing has been downloaded yet.',
    noneHint: 'Choose a channel and a range of time: the footage of the device becomes one MP4.',
    nothingFound: 'No download matches.',
    clearFilter: 'Show all',
    gone: 'The download of this address is not there any more.',
    summary: (running, waiting) => `${running} running · ${waiting} waiting`,
    footprint: (count, bytes) => `${count} ${count === 1 ? 'download' : 'downloads'}, ${bytes} on disk`,
    newDownload: 'New download',
    filter: 'Which downloads',
    channel: 'Channel',
    allChannels: 'All channels',
    state: 'State',
    allStates: 'All states',
    states: {
      queued: 'waiting',
      running: 'downloading',
      resuming: 'resuming',
      complete: 'complete',
      partial: 'with gaps',
      failed: 'failed',
      cancelled: 'cancelled',
    },
    columns: { name: 'Channel and range', progress: 'Progress', state: 'State', size: 'Size' },
    progressOf: (name) => `Progress of ${name}`,
    percent: (share) => `${share} %`,
    left: (span) => `${span} left`,
    waits: 'in the queue of its device',
    waitsForDevice: 'asks the device again',
    priority: (n) => `priority ${n > 0 ? '+' : ''}${n}`,
    kept: (share) => `${share} came and is kept`,
    gaps: (count, span) => `${count} ${count === 1 ? 'gap' : 'gaps'}, ${span} missing`,
    missing: 'Missing',
    missingHint: 'The device has no footage of these times.',
    moreGaps: (count) => `and ${count} more`,
    save: 'Save the file',
    cancel: 'Cancel',
    retry: 'Try again',
    sooner: 'Sooner',
    later: 'Later',
    remove: 'Delete',
    removeReally: 'Really delete?',
    lookOnly: 'this token may only look',
    details: 'The download',
    close: 'Close',
    whatCame: 'Play what has come',
    stillComing: 'Still coming: it plays on as the file grows.',
    cannotPlayFile: 'This browser cannot play this file. Save it and open it with a video player.',
    whatHelps: 'What helps:',
    fault: {
      no_footage: {
        sentence: 'The device has no footage in this range.',
        cure: 'Look on the time line when the device recorded. Its clock may be wrong, or the days may have been overwritten.',
      },
      device_offline: {
        sentence: 'The device went away and did not come back.',
        cure: 'Check its power and network, then try again: it goes on where it stopped.',
      },
      device_busy: {
        sentence: 'The device serves no more footage at once.',
        cure: 'Stop other playbacks of this device, or try again later: it goes on where it stopped.',
      },
      invite_timeout: {
        sentence: 'The device did not answer.',
        cure: 'It may be restarting: wait a minute and try again. It goes on where it stopped.',
      },
      invite_rejected: {
        sentence: 'The device refused to send this range.',
        cure: 'Try a lower speed, or another transport in the settings of the device.',
      },
      no_media: {
        sentence: 'The device took the call, but no pictures came.',
        cure: 'Look whether the media ports of this gateway can be reached, or try another transport in the settings of the device.',
      },
      disk_full: {
        sentence: 'The disk is full.',
        cure: 'Make room, then try again: it goes on where it stopped. What came before can be played.',
      },
      io: {
        sentence: 'The file could not be written.',
        cure: 'Check the disk and who may write to the data folder, then try again. What came before can be played.',
      },
    },
    facts: {
      range: 'Range',
      received: 'Content in the file',
      size: 'File',
      filesize: 'As the device says',
      speed: 'Speed',
      asked: 'Asked for',
      transport: 'Transport',
      edges: 'Edges',
      created: 'Asked',
      ended: 'Ended',
      path: 'Path',
      tag: 'Tag',
    },
    edges: { exact: 'exactly the range', whole: 'whole groups of pictures' },
    form: {
      from: 'From',
      to: 'To',
      speed: 'Speed',
      speedHint: 'The device may give less.',
      exact: 'Exactly this range',
      exactHint: 'Else whole groups of pictures at both ends: a second or two more.',
      start: 'Download',
      cancel: 'Close',
      zone: (offset) => `Times as this browser counts them (${offset}).`,
      choose: 'Choose a channel',
      length: (span) => `${span} of footage in one file`,
      presets: 'Ranges',
      preset: { hour: 'Last hour', today: 'Today', yesterday: 'Yesterday' },
      wrong: {
        channel: 'Choose a channel.',
        time: 'Both times are needed.',
        order: 'The range ends before it begins.',
        future: 'The range lies in the future.',
        long: 'A range has at most 31 days.',
      },
      refused: 'The gateway did not take it.',
    },
  },
  zh: {
    loading: '正在加载…',
    none: '还没有下载任务。',
    noneHint: '选择通道和时间范围：设备上的录像会下载为一个 MP4 文件。',
    nothingFound: '没有符合条件的下载。',
    clearFilter: '显示全部',
    gone: '该地址的下载已不存在。',
    summary: (running, waiting) => `${running} 个下载中 · ${waiting} 个等待中`,
    footprint: (count, bytes) => `共 ${count} 个下载，占用磁盘 ${bytes}`,
    newDownload: '新建下载',
    filter: '筛选下载',
    channel: '通道',
    allChannels: '全部通道',
    state: '状态',
    allStates: '全部状态',
    states: {
      queued: '等待中',
      running: '下载中',
      resuming: '续传中',
      complete: '完成',
      partial: '有缺失',
      failed: '失败',
      cancelled: '已取消',
    },
    columns: { name: '通道和时间范围', progress: '进度', state: '状态', size: '大小' },
    progressOf: (name) => `${name} 的进度`,
    percent: (share) => `${share} %`,
    left: (span) => `剩余 ${span}`,
    waits: '在设备队列中等待',
    waitsForDevice: '正在重新请求设备',
    priority: (n) => `优先级 ${n > 0 ? '+' : ''}${n}`,
    kept: (share) => `已下载 ${share}，予以保留`,
    gaps: (count, span) => `${count} 处缺失，共 ${span}`,
    missing: '缺失',
    missingHint: '设备在这些时间没有录像。',
    moreGaps: (count) => `另有 ${count} 处`,
    save: '保存文件',
    cancel: '取消',
    retry: '重试',
    sooner: '提前',
    later: '推后',
    remove: '删除',
    removeReally: '确定删除？',
    lookOnly: '此令牌仅可查看',
    details: '下载详情',
    close: '关闭',
    whatCame: '播放已下载部分',
    stillComing: '仍在下载：播放会随文件增长继续。',
    cannotPlayFile: '此浏览器无法播放该文件，请保存后用播放器打开。',
    whatHelps: '解决办法：',
    fault: {
      no_footage: {
        sentence: '设备在该时间范围内没有录像。',
        cure: '请在时间轴上查看设备何时有录像。设备时钟可能不准，或录像已被覆盖。',
      },
      device_offline: {
        sentence: '设备已离线且未恢复。',
        cure: '请检查设备电源和网络后重试：将从中断处继续。',
      },
      device_busy: {
        sentence: '设备无法再提供更多录像流。',
        cure: '请停止该设备的其他回放，或稍后重试：将从中断处继续。',
      },
      invite_timeout: {
        sentence: '设备没有应答。',
        cure: '设备可能正在重启：请稍等一分钟后重试，将从中断处继续。',
      },
      invite_rejected: {
        sentence: '设备拒绝发送该时间范围。',
        cure: '请降低速度，或在设备设置中改用其他传输方式。',
      },
      no_media: {
        sentence: '设备已接受呼叫，但没有收到画面。',
        cure: '请检查网关的媒体端口是否可达，或在设备设置中改用其他传输方式。',
      },
      disk_full: {
        sentence: '磁盘已满。',
        cure: '请清理空间后重试：将从中断处继续。此前已下载的部分可以播放。',
      },
      io: {
        sentence: '无法写入文件。',
        cure: '请检查磁盘及数据目录的写权限后重试。此前已下载的部分可以播放。',
      },
    },
    facts: {
      range: '时间范围',
      received: '文件中的内容',
      size: '文件',
      filesize: '设备所报大小',
      speed: '速度',
      asked: '请求速度',
      transport: '传输方式',
      edges: '边界',
      created: '请求时间',
      ended: '结束时间',
      path: '路径',
      tag: '标签',
    },
    edges: { exact: '严格按时间范围', whole: '完整的画面组' },
    form: {
      from: '开始',
      to: '结束',
      speed: '速度',
      speedHint: '设备实际速度可能较低。',
      exact: '严格按此范围',
      exactHint: '否则两端保留完整的画面组：多一两秒。',
      start: '下载',
      cancel: '关闭',
      zone: (offset) => `时间以本浏览器的时区为准（${offset}）。`,
      choose: '请选择通道',
      length: (span) => `${span} 的录像，一个文件`,
      presets: '常用范围',
      preset: { hour: '最近一小时', today: '今天', yesterday: '昨天' },
      wrong: {
        channel: '请选择通道。',
        time: '请填写开始和结束时间。',
        order: '结束时间早于开始时间。',
        future: '该时间范围在未来。',
        long: '时间范围最长 31 天。',
      },
      refused: '网关未接受该请求。',
    },
  },
};
