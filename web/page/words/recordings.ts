import type { Recording } from '../api.ts';
import type { Language } from '../language.ts';

/** Recordings: the list, its filter, what can be done. Pure: no DOM. */
export interface RecordingsWords {
  readonly loading: string;
  readonly noRecordings: string;
  readonly noRecordingsHint: string;
  readonly nothingFound: string;
  readonly clearFilter: string;
  readonly gone: string;
  readonly filter: string;
  readonly channel: string;
  readonly allChannels: string;
  readonly day: string;
  readonly state: string;
  readonly allStates: string;
  readonly lockedOnly: string;
  readonly recordingState: Readonly<Record<Recording['state'], string>>;
  readonly noPicture: string;
  readonly select: (name: string) => string;
  readonly selectAll: string;
  readonly selected: (count: number) => string;
  readonly clearSelection: string;
  readonly play: string;
  readonly download: string;
  readonly lock: string;
  readonly unlock: string;
  readonly locked: string;
  readonly remove: string;
  readonly removeReally: string;
  readonly removeManyReally: (count: number) => string;
  readonly isRecording: string;
  readonly isLocked: string;
  readonly lookOnly: string;
  readonly shown: (count: number, hasMore: boolean) => string;
  readonly subStream: (n: number) => string;
  readonly player: string;
  readonly close: string;
  readonly stillRunning: string;
  readonly cannotPlayFile: string;
  readonly reasons: Readonly<Record<NonNullable<Recording['reason']>, string>>;
  readonly joinRuns: string;
  readonly joinRunsHint: string;
  readonly files: (count: number) => string;
  readonly plan: string;
  readonly planHint: string;
  readonly keeping: {
    readonly title: string;
    readonly share: (percent: number) => string;
    readonly used: (bytes: string, count: number) => string;
    readonly locked: (bytes: string) => string;
    readonly free: (bytes: string) => string;
    readonly oldest: (day: string) => string;
    readonly days: (days: number) => string;
    readonly noDays: string;
    readonly atMost: (bytes: string) => string;
    readonly stayFree: (bytes: string) => string;
    readonly stuck: (bytes: string) => string;
  };
  readonly columns: { readonly name: string; readonly length: string; readonly size: string; readonly state: string };
}

export const recordingsWords: Readonly<Record<Language, RecordingsWords>> = {
  en: {
    loading: 'Loading …',
    noRecordings: 'Nothing recorded yet.',
    noRecordingsHint: 'The record button under a live picture starts a recording.',
    nothingFound: 'No recording matches.',
    clearFilter: 'Show all',
    gone: 'The recording of this address is not there any more.',
    filter: 'Which recordings',
    channel: 'Channel',
    allChannels: 'All channels',
    day: 'Day',
    state: 'State',
    allStates: 'All states',
    lockedOnly: 'Locked only',
    recordingState: { recording: 'recording', complete: 'complete', recovered: 'recovered', failed: 'failed' },
    noPicture: 'no picture',
    select: (name) => `Select ${name}`,
    selectAll: 'Select all that are shown',
    selected: (count) => `${count} selected`,
    clearSelection: 'Clear selection',
    play: 'Play',
    download: 'Download',
    lock: 'Lock',
    unlock: 'Unlock',
    locked: 'locked',
    remove: 'Delete',
    removeReally: 'Really delete?',
    removeManyReally: (count) => `Really delete ${count}?`,
    isRecording: 'it is still being recorded',
    isLocked: 'it is locked',
    lookOnly: 'this token may only look',
    shown: (count, hasMore) => `${count}${hasMore ? '+' : ''} ${count === 1 ? 'recording' : 'recordings'}`,
    subStream: (n) => (n === 1 ? 'sub-stream' : `stream ${n}`),
    player: 'Player',
    close: 'Close the player',
    stillRunning: 'Still recording: it goes on as the file grows.',
    cannotPlayFile: 'This browser cannot play this recording. Download it and open it with a video player.',
    reasons: { always: 'always', plan: 'by plan', request: 'by hand', alarm: 'on alarm' },
    joinRuns: 'Join runs',
    joinRunsHint: 'Files that follow each other without a gap as one, up to a day',
    files: (count) => `${count} files`,
    plan: 'Recording plan',
    planHint: 'Choose a channel to see and change its plan.',
    keeping: {
      title: 'Room for recordings',
      share: (percent) => `${percent} % of the room for recordings is used`,
      used: (bytes, count) => `${bytes} in ${count.toLocaleString('en')} ${count === 1 ? 'recording' : 'recordings'}`,
      locked: (bytes) => `${bytes} of it locked`,
      free: (bytes) => `${bytes} free`,
      oldest: (day) => `oldest of ${day}`,
      days: (days) => `Kept for ${days} ${days === 1 ? 'day' : 'days'}`,
      noDays: 'Kept until room is needed',
      atMost: (bytes) => `at most ${bytes} together`,
      stayFree: (bytes) => `${bytes} of the disk stay free`,
      stuck: (bytes) =>
        `${bytes} too much, and everything left is locked: unlock or delete some, or use a larger disk.`,
    },
    columns: { name: 'Channel and time', length: 'Length', size: 'Size', state: 'State' },
  },
  zh: {
    loading: '正在加载…',
    noRecordings: '还没有录像。',
    noRecordingsHint: '点击实时画面下方的录像按钮开始录制。',
    nothingFound: '没有符合条件的录像。',
    clearFilter: '显示全部',
    gone: '该地址的录像已不存在。',
    filter: '筛选录像',
    channel: '通道',
    allChannels: '全部通道',
    day: '日期',
    state: '状态',
    allStates: '全部状态',
    lockedOnly: '仅已锁定',
    recordingState: { recording: '录制中', complete: '完成', recovered: '已恢复', failed: '失败' },
    noPicture: '无画面',
    select: (name) => `选择 ${name}`,
    selectAll: '选择所有已显示的录像',
    selected: (count) => `已选 ${count} 项`,
    clearSelection: '取消选择',
    play: '播放',
    download: '下载',
    lock: '锁定',
    unlock: '解锁',
    locked: '已锁定',
    remove: '删除',
    removeReally: '确定删除？',
    removeManyReally: (count) => `确定删除 ${count} 项？`,
    isRecording: '仍在录制',
    isLocked: '已锁定',
    lookOnly: '此令牌仅可查看',
    shown: (count, hasMore) => `${count}${hasMore ? '+' : ''} 个录像`,
    subStream: (n) => (n === 1 ? '子码流' : `码流 ${n}`),
    player: '播放器',
    close: '关闭播放器',
    stillRunning: '仍在录制：播放会随文件增长继续。',
    cannotPlayFile: '此浏览器无法播放该录像，请下载后用播放器打开。',
    reasons: { always: '始终', plan: '按计划', request: '手动', alarm: '报警' },
    joinRuns: '合并连续录像',
    joinRunsHint: '前后相接的文件合并显示，最长一天',
    files: (count) => `${count} 个文件`,
    plan: '录像计划',
    planHint: '选择通道以查看和修改其计划。',
    keeping: {
      title: '录像空间',
      share: (percent) => `录像空间已用 ${percent} %`,
      used: (bytes, count) => `${count.toLocaleString('zh-CN')} 个录像，共 ${bytes}`,
      locked: (bytes) => `其中 ${bytes} 已锁定`,
      free: (bytes) => `剩余 ${bytes}`,
      oldest: (day) => `最早 ${day}`,
      days: (days) => `保留 ${days} 天`,
      noDays: '保留至空间不足',
      atMost: (bytes) => `总计最多 ${bytes}`,
      stayFree: (bytes) => `磁盘保留 ${bytes} 空闲`,
      stuck: (bytes) => `超出 ${bytes}，而剩余录像均已锁定：请解锁或删除一些，或使用更大的磁盘。`,
    },
    columns: { name: '通道和时间', length: '时长', size: '大小', state: '状态' },
  },
};
