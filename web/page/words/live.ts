import type { Closing } from '../../player/state.ts';
import type { Language } from '../language.ts';

/** The live view, the tree of cameras, and the states of the player. Pure: no DOM. */
export interface LiveWords {
  readonly cameras: string;
  readonly find: string;
  readonly findHint: string;
  readonly channelCount: (count: number) => string;
  readonly toTree: string;
  readonly toWall: string;
  readonly addCamera: string;
  readonly loading: string;
  readonly noDevices: string;
  readonly noDevicesHint: string;
  readonly nothingFound: string;
  readonly noChannels: string;
  readonly online: string;
  readonly offline: string;
  readonly choose: string;
  readonly chooseHint: string;
  readonly noSuchChannel: string;
  readonly connecting: string;
  readonly inviting: string;
  readonly waiting: string;
  readonly stalled: string;
  readonly blocked: string;
  readonly unsupported: string;
  readonly undecodable: (codec: string) => string;
  readonly again: string;
  readonly retrying: (seconds: number) => string;
  readonly closing: Readonly<Record<Closing, string>>;
  readonly soundOn: string;
  readonly soundOff: string;
  readonly noSound: string;
  readonly record: string;
  readonly stopRecording: string;
  readonly fullScreen: string;
  readonly delay: string;
  readonly recordingState: Readonly<Record<'recording' | 'complete' | 'recovered' | 'failed', string>>;
  readonly failed: string;
  readonly lostFrames: (count: number) => string;
  readonly still: string;
  readonly lookOnly: string;
  readonly trySub: string;
  readonly mainStream: string;
  readonly subStream: string;
  readonly switchToMain: string;
  readonly switchToSub: string;
  readonly backToWall: string;
  /** Headings and lines of the sheet of keys. */
  readonly stage: string;
  readonly keySound: string;
  readonly keyRecord: string;
  readonly keyStream: string;
  /** The wall. */
  readonly wall: string;
  readonly layout: string;
  readonly cells: (count: number) => string;
  readonly wallOf: (page: number, pages: number) => string;
  readonly cellOf: (cell: number, name: string) => string;
  readonly emptyCell: string;
  readonly fillCell: string;
  readonly toWallKeys: string;
  readonly enlarge: string;
  readonly shrink: string;
  readonly clearCell: string;
  readonly clearWall: string;
  readonly openStage: string;
  readonly pageBefore: string;
  readonly pageAfter: string;
  readonly pageNew: string;
  readonly pageOf: (page: number, pages: number) => string;
  readonly patrol: string;
  readonly patrolOff: string;
  readonly patrolEvery: (seconds: number) => string;
  readonly patrolNeedsPages: string;
  readonly wallAddress: string;
  readonly keyArrows: string;
  readonly keyEnter: string;
  readonly keyDelete: string;
}

export const liveWords: Readonly<Record<Language, LiveWords>> = {
  en: {
    cameras: 'Cameras',
    find: 'Find a camera',
    findHint: 'Name, id, or the pinyin initials of a name',
    channelCount: (count) => (count === 1 ? '1 channel' : `${count.toLocaleString('en')} channels`),
    toTree: 'To the list of cameras',
    toWall: 'All on the wall',
    addCamera: 'Add a camera',
    loading: 'Loading …',
    noDevices: 'No camera has registered yet.',
    noDevicesHint:
      'Enter this gateway as the SIP server in the camera’s GB/T 28181 settings. It appears here by itself.',
    nothingFound: 'No channel matches.',
    noChannels: 'No channels reported yet.',
    online: 'online',
    offline: 'offline',
    choose: 'Choose a channel to watch it.',
    chooseHint: 'Or choose a grid above and fill its cells: click, or drag.',
    noSuchChannel: 'The gateway does not know this channel.',
    connecting: 'Connecting …',
    inviting: 'Asking the camera for its picture …',
    waiting: 'The camera is sending. Waiting for the first whole picture …',
    stalled: 'The camera has stopped sending. Asking it again …',
    blocked: 'The browser wants a click before it plays.',
    unsupported: 'This browser cannot play live video: it has no Media Source Extensions.',
    undecodable: (codec) =>
      codec === 'H.265'
        ? 'This browser cannot decode H.265. Use Safari, or Chrome or Edge on a computer whose graphics card decodes H.265, or set the camera to H.264.'
        : `This browser cannot decode this camera’s codec (${codec}).`,
    again: 'Play again',
    retrying: (seconds) => `Next try in ${seconds} s.`,
    closing: {
      unauthorized: 'The token is not accepted.',
      unknown: 'The gateway does not know this channel.',
      'no-media': 'The camera sends nothing, or refuses to.',
      stopped: 'The stream was stopped.',
      ended: 'The stream has ended.',
      'too-slow': 'The connection is too slow for this stream.',
      'device-offline': 'The camera is offline.',
      'device-busy': 'The camera is busy: it sends to as many viewers as it can.',
      'no-capacity': 'The gateway has no capacity left.',
      'shutting-down': 'The gateway is shutting down.',
      lost: 'The connection was lost.',
    },
    soundOn: 'Turn sound on',
    soundOff: 'Turn sound off',
    noSound: 'This channel has no sound',
    record: 'Record',
    stopRecording: 'Stop recording',
    fullScreen: 'Full screen',
    delay: 'delay',
    recordingState: { recording: 'recording', complete: 'complete', recovered: 'recovered', failed: 'failed' },
    failed: 'That did not work.',
    lostFrames: (count) => `${count} lost`,
    still: 'Still image',
    lookOnly: 'Your token may look, but not control.',
    trySub: 'Try the sub-stream',
    mainStream: 'Main',
    subStream: 'Sub',
    switchToMain: 'Main stream',
    switchToSub: 'Sub-stream',
    backToWall: 'Back to the wall',
    stage: 'One camera',
    keySound: 'Sound on or off',
    keyRecord: 'Start or stop recording',
    keyStream: 'Main stream or sub-stream',
    wall: 'Wall',
    layout: 'Cells on a page',
    cells: (count) => (count === 1 ? '1 cell' : `${count} cells`),
    wallOf: (page, pages) => `Wall, page ${page} of ${pages}`,
    cellOf: (cell, name) => `Cell ${cell}: ${name}`,
    emptyCell: 'empty',
    fillCell: 'Choose a camera, or drop one here.',
    toWallKeys: 'To the chosen cell',
    enlarge: 'Enlarge',
    shrink: 'Back to its cell',
    clearCell: 'Take it off the wall',
    clearWall: 'Clear the wall',
    openStage: 'Show it alone',
    pageBefore: 'Page before',
    pageAfter: 'Next page',
    pageNew: 'Begin another page',
    pageOf: (page, pages) => `Page ${page} of ${pages}`,
    patrol: 'Patrol',
    patrolOff: 'off',
    patrolEvery: (seconds) => `every ${seconds} s`,
    patrolNeedsPages: 'A patrol needs more than one page.',
    wallAddress: 'address of this wall',
    keyArrows: 'To another cell',
    keyEnter: 'Enlarge and back; in an empty cell: to the list of cameras',
    keyDelete: 'Take it off the wall',
  },
  zh: {
    cameras: '摄像机',
    find: '查找摄像机',
    findHint: '名称、编号或名称的拼音首字母',
    channelCount: (count) => `${count.toLocaleString('zh-CN')} 个通道`,
    toTree: '转到摄像机列表',
    toWall: '全部上墙',
    addCamera: '添加摄像机',
    loading: '正在加载…',
    noDevices: '还没有设备注册。',
    noDevicesHint: '请在摄像机的 GB/T 28181 设置中把本网关填为 SIP 服务器，注册后会自动出现在这里。',
    nothingFound: '没有匹配的通道。',
    noChannels: '设备尚未上报通道。',
    online: '在线',
    offline: '离线',
    choose: '请选择要观看的通道。',
    chooseHint: '也可在上方选择分屏，点击或拖动摄像机到窗格中。',
    noSuchChannel: '网关不认识该通道。',
    connecting: '正在连接…',
    inviting: '正在向摄像机请求画面…',
    waiting: '摄像机正在发送，等待第一幅完整画面…',
    stalled: '摄像机停止发送，正在重新请求…',
    blocked: '浏览器需要点击一次才能播放。',
    unsupported: '此浏览器不支持媒体源扩展（MSE），无法播放实时视频。',
    undecodable: (codec) =>
      codec === 'H.265'
        ? '此浏览器无法解码 H.265。请使用 Safari，或在显卡支持 H.265 解码的电脑上使用 Chrome 或 Edge，或将摄像机改为 H.264。'
        : `此浏览器无法解码该摄像机的编码（${codec}）。`,
    again: '重新播放',
    retrying: (seconds) => `${seconds} 秒后重试。`,
    closing: {
      unauthorized: '令牌未被接受。',
      unknown: '网关不认识该通道。',
      'no-media': '摄像机没有发送媒体，或拒绝发送。',
      stopped: '码流已被停止。',
      ended: '码流已结束。',
      'too-slow': '网络太慢，跟不上该码流。',
      'device-offline': '摄像机离线。',
      'device-busy': '摄像机忙：已达到其最大取流数。',
      'no-capacity': '网关容量已满。',
      'shutting-down': '网关正在关闭。',
      lost: '连接已断开。',
    },
    soundOn: '打开声音',
    soundOff: '关闭声音',
    noSound: '该通道没有声音',
    record: '录像',
    stopRecording: '停止录像',
    fullScreen: '全屏',
    delay: '延迟',
    recordingState: { recording: '录制中', complete: '完成', recovered: '已恢复', failed: '失败' },
    failed: '操作失败。',
    lostFrames: (count) => `丢帧 ${count}`,
    still: '抓图',
    lookOnly: '该令牌只能查看，不能控制。',
    trySub: '尝试子码流',
    mainStream: '主',
    subStream: '子',
    switchToMain: '主码流',
    switchToSub: '子码流',
    backToWall: '返回电视墙',
    stage: '单个画面',
    keySound: '打开或关闭声音',
    keyRecord: '开始或停止录像',
    keyStream: '主码流或子码流',
    wall: '电视墙',
    layout: '每页窗格数',
    cells: (count) => `${count} 分屏`,
    wallOf: (page, pages) => `电视墙，第 ${page} 页，共 ${pages} 页`,
    cellOf: (cell, name) => `窗格 ${cell}：${name}`,
    emptyCell: '空',
    fillCell: '请选择摄像机，或拖到此处。',
    toWallKeys: '转到选中的窗格',
    enlarge: '放大',
    shrink: '还原',
    clearCell: '移出电视墙',
    clearWall: '清空电视墙',
    openStage: '单独显示',
    pageBefore: '上一页',
    pageAfter: '下一页',
    pageNew: '新建一页',
    pageOf: (page, pages) => `第 ${page} 页，共 ${pages} 页`,
    patrol: '轮巡',
    patrolOff: '关闭',
    patrolEvery: (seconds) => `每 ${seconds} 秒`,
    patrolNeedsPages: '轮巡需要一页以上。',
    wallAddress: '此电视墙的地址',
    keyArrows: '转到其他窗格',
    keyEnter: '放大或还原；空窗格则转到摄像机列表',
    keyDelete: '移出电视墙',
  },
};
