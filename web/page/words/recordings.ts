import type { Language } from '../language.ts';

/** The view of recordings. Pure: no DOM. */
export interface RecordingsWords {
  readonly loading: string;
  readonly recordings: string;
  readonly noRecordings: string;
  readonly play: string;
  readonly download: string;
  readonly remove: string;
  readonly removeReally: string;
  readonly recordingState: Readonly<Record<'recording' | 'complete' | 'recovered' | 'failed', string>>;
  readonly cannotPlayFile: string;
  readonly failed: string;
  readonly backToLive: string;
}

export const recordingsWords: Readonly<Record<Language, RecordingsWords>> = {
  en: {
    loading: 'Loading …',
    recordings: 'Recordings',
    noRecordings: 'Nothing recorded yet. The record button under the picture starts a recording.',
    play: 'Play',
    download: 'Download',
    remove: 'Delete',
    removeReally: 'Really delete?',
    recordingState: { recording: 'recording', complete: 'complete', recovered: 'recovered', failed: 'failed' },
    cannotPlayFile: 'This browser cannot play this recording. Download it and open it with a video player.',
    failed: 'That did not work.',
    backToLive: 'Back to live',
  },
  zh: {
    loading: '正在加载…',
    recordings: '录像',
    noRecordings: '还没有录像。点击画面下方的录像按钮开始录制。',
    play: '播放',
    download: '下载',
    remove: '删除',
    removeReally: '确定删除？',
    recordingState: { recording: '录制中', complete: '完成', recovered: '已恢复', failed: '失败' },
    cannotPlayFile: '此浏览器无法播放该录像，请下载后用播放器打开。',
    failed: '操作失败。',
    backToLive: '返回实时画面',
  },
};
