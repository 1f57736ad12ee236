import type { Language } from '../language.ts';
import type { Blocked } from '../ptz/blocked.ts';

/** Steering a camera. Pure: no DOM. */
export interface PtzWords {
  readonly title: string;
  readonly close: string;
  readonly keyPanel: string;
  readonly keyTurn: string;
  readonly keyZoom: string;
  readonly keyFast: string;
  readonly direction: string;
  readonly left: string;
  readonly right: string;
  readonly up: string;
  readonly down: string;
  readonly stop: string;
  readonly stopHint: string;
  readonly speed: string;
  readonly percent: (percent: number) => string;
  readonly zoom: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly focus: string;
  readonly focusNear: string;
  readonly focusFar: string;
  readonly iris: string;
  readonly irisOpen: string;
  readonly irisClose: string;
  readonly keysHint: string;
  readonly pictureHint: string;
  /** On the wall, when the focus is in another cell or nowhere. */
  readonly elsewhereHint: string;
  readonly noCell: string;
  readonly toPanel: string;
  readonly boxIn: string;
  readonly boxOut: string;
  readonly boxTrack: string;
  readonly blocked: Readonly<Record<Blocked, string>>;
  readonly tryAnyway: string;
  readonly asking: string;
  readonly notTold: string;
  readonly askAgain: string;
  /** By code of the problem. */
  readonly problems: Readonly<Record<string, string>>;
  readonly failed: string;
  readonly save: string;
  readonly cancel: string;
  readonly start: string;
  readonly on: string;
  readonly off: string;
  readonly remove: string;
  readonly really: string;
  readonly group: string;
  readonly number: string;
  readonly preset: string;
  readonly presets: {
    readonly title: string;
    readonly none: string;
    readonly unnamed: (number: number) => string;
    readonly goTo: (name: string) => string;
    readonly overwrite: string;
    readonly rename: string;
    readonly name: string;
    readonly add: string;
    readonly addHint: string;
    readonly find: string;
    readonly noMatch: string;
  };
  readonly cruise: {
    readonly title: string;
    readonly hint: string;
    readonly points: string;
    readonly noPoints: string;
    readonly addPoint: string;
    readonly removePoint: (preset: number) => string;
    readonly dwell: string;
    readonly speed: string;
    readonly set: string;
    readonly removeAll: string;
    readonly stay: (seconds: number) => string;
  };
  readonly scan: {
    readonly title: string;
    readonly hint: string;
    readonly left: string;
    readonly right: string;
    readonly speed: string;
  };
  readonly switches: {
    readonly title: string;
    readonly wiper: string;
    readonly other: string;
    readonly hint: string;
  };
  readonly home: {
    readonly title: string;
    readonly hint: string;
    readonly enabled: string;
    readonly seconds: string;
  };
  readonly position: {
    readonly title: string;
    readonly pan: string;
    readonly tilt: string;
    readonly zoom: string;
    readonly go: string;
    readonly now: string;
    readonly hint: string;
  };
  readonly track: {
    readonly title: string;
    readonly auto: string;
    readonly manual: string;
    readonly stop: string;
    readonly hint: string;
    readonly draw: string;
  };
}

export const ptzWords: Readonly<Record<Language, PtzWords>> = {
  en: {
    title: 'Steer',
    close: 'Close the panel',
    keyPanel: 'Steer the camera',
    keyTurn: 'Turn the camera',
    keyZoom: 'Zoom the camera',
    keyFast: 'With an arrow: as fast as it can',
    direction: 'Direction',
    left: 'Turn left',
    right: 'Turn right',
    up: 'Tilt up',
    down: 'Tilt down',
    stop: 'Stop',
    stopHint: 'Stops everything that moves, cruises and scans too',
    speed: 'Speed',
    percent: (percent) => `${percent}%`,
    zoom: 'Zoom',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    focus: 'Focus',
    focusNear: 'Focus nearer',
    focusFar: 'Focus farther',
    iris: 'Iris',
    irisOpen: 'Open the iris',
    irisClose: 'Close the iris',
    keysHint: 'Arrow keys turn, + and − zoom, Shift is faster.',
    pictureHint:
      'On the picture the wheel or two fingers zoom; draw a box to the right to zoom in to it, to the left to zoom out.',
    elsewhereHint: 'Click the cell, or press w, to steer it with keys and wheel, too.',
    noCell: 'Choose a cell with a camera.',
    toPanel: 'To the panel that steers',
    boxIn: 'Zoom in to this',
    boxOut: 'Zoom out to this',
    boxTrack: 'Follow this',
    blocked: {
      'look-only': 'This token may only look.',
      offline: 'The camera is offline.',
      fixed: 'The camera says that it is fixed: it cannot turn.',
      panorama: 'This channel is a part of a panorama: it cannot turn.',
      refused: 'The camera refuses to be steered.',
    },
    tryAnyway: 'Try anyway',
    asking: 'Asking the camera …',
    notTold: 'The camera does not tell.',
    askAgain: 'Ask again',
    problems: {
      not_supported: 'The camera does not do this.',
      device_error: 'The camera refused.',
      device_offline: 'The camera is offline.',
      device_timeout: 'The camera did not answer in time.',
      rate_limited: 'The camera has more to answer than it can. Wait a moment.',
      forbidden: 'This token may only look.',
      unauthorized: 'The token is not accepted.',
      channel_not_found: 'The gateway does not know this channel.',
      unreachable: 'The gateway does not answer.',
      shutting_down: 'The gateway is shutting down.',
    },
    failed: 'The camera did not do it.',
    save: 'Save',
    cancel: 'Cancel',
    start: 'Start',
    on: 'On',
    off: 'Off',
    remove: 'Delete',
    really: 'Really?',
    group: 'Group',
    number: 'No.',
    preset: 'Preset',
    presets: {
      title: 'Presets',
      none: 'No presets yet. Turn the camera where you want it and save the view.',
      unnamed: (number) => `Preset ${number}`,
      goTo: (name) => `Go to ${name}`,
      overwrite: 'Save the view of now here',
      rename: 'Rename',
      name: 'Name',
      add: 'Save view',
      addHint: 'The view of now becomes this preset',
      find: 'Find a preset',
      noMatch: 'No preset matches.',
    },
    cruise: {
      title: 'Cruise',
      hint: 'A round of presets, again and again.',
      points: 'Presets of this cruise',
      noPoints: 'No presets in it, as far as the camera tells.',
      addPoint: 'Add',
      removePoint: (preset) => `Take preset ${preset} out`,
      dwell: 'Stay, s',
      speed: 'Speed',
      set: 'Set',
      removeAll: 'Delete cruise',
      stay: (seconds) => `${seconds} s`,
    },
    scan: {
      title: 'Scan',
      hint: 'To and fro between two limits: turn the camera there and set each.',
      left: 'Left limit',
      right: 'Right limit',
      speed: 'Speed',
    },
    switches: {
      title: 'Wiper and light',
      wiper: 'Wiper',
      other: 'Switch',
      hint: 'Light, heater and the like have the numbers that the maker gave them; 2 is often the light.',
    },
    home: {
      title: 'Home position',
      hint: 'Where the camera goes back to when it is left alone.',
      enabled: 'Go back',
      seconds: 'After, s',
    },
    position: {
      title: 'Exact position',
      pan: 'Pan °',
      tilt: 'Tilt °',
      zoom: 'Zoom ×',
      go: 'Go',
      now: 'Now',
      hint: 'Pan clockwise from above; tilt positive is down.',
    },
    track: {
      title: 'Follow',
      auto: 'Auto',
      manual: 'Draw',
      stop: 'Stop',
      hint: 'The camera follows what moves, or what you draw a box around.',
      draw: 'Now draw a box on the picture.',
    },
  },
  zh: {
    title: '云台',
    close: '关闭面板',
    keyPanel: '云台控制',
    keyTurn: '转动摄像机',
    keyZoom: '变倍',
    keyFast: '与方向键同按：全速',
    direction: '方向',
    left: '左转',
    right: '右转',
    up: '上仰',
    down: '下俯',
    stop: '停止',
    stopHint: '停止一切动作，包括巡航和扫描',
    speed: '速度',
    percent: (percent) => `${percent}%`,
    zoom: '变倍',
    zoomIn: '放大',
    zoomOut: '缩小',
    focus: '聚焦',
    focusNear: '聚焦近',
    focusFar: '聚焦远',
    iris: '光圈',
    irisOpen: '光圈放大',
    irisClose: '光圈缩小',
    keysHint: '方向键转动，+ 和 − 变倍，按住 Shift 加速。',
    pictureHint: '在画面上：滚轮或双指变倍；向右拉框放大，向左拉框缩小。',
    elsewhereHint: '点击该窗格（或按 w）后，可用按键和滚轮操作。',
    noCell: '请选择有摄像机的窗格。',
    toPanel: '转到云台面板',
    boxIn: '放大到此处',
    boxOut: '缩小到此处',
    boxTrack: '跟踪此目标',
    blocked: {
      'look-only': '此令牌只能查看。',
      offline: '摄像机离线。',
      fixed: '摄像机自称为固定式，不能转动。',
      panorama: '此通道是全景画面的一部分，不能转动。',
      refused: '摄像机拒绝云台控制。',
    },
    tryAnyway: '仍然尝试',
    asking: '正在询问摄像机…',
    notTold: '摄像机没有告知。',
    askAgain: '重新询问',
    problems: {
      not_supported: '摄像机不支持此功能。',
      device_error: '摄像机拒绝执行。',
      device_offline: '摄像机离线。',
      device_timeout: '摄像机没有及时应答。',
      rate_limited: '摄像机应接不暇，请稍候。',
      forbidden: '此令牌只能查看。',
      unauthorized: '令牌无效。',
      channel_not_found: '网关不认识此通道。',
      unreachable: '网关没有应答。',
      shutting_down: '网关正在关闭。',
    },
    failed: '摄像机没有执行。',
    save: '保存',
    cancel: '取消',
    start: '开始',
    on: '开',
    off: '关',
    remove: '删除',
    really: '确定？',
    group: '组号',
    number: '编号',
    preset: '预置位',
    presets: {
      title: '预置位',
      none: '还没有预置位。把摄像机转到所需位置，然后保存视角。',
      unnamed: (number) => `预置位 ${number}`,
      goTo: (name) => `转到 ${name}`,
      overwrite: '用当前视角覆盖',
      rename: '改名',
      name: '名称',
      add: '保存视角',
      addHint: '把当前视角存为此预置位',
      find: '查找预置位',
      noMatch: '没有匹配的预置位。',
    },
    cruise: {
      title: '巡航',
      hint: '依次循环经过若干预置位。',
      points: '此巡航的预置位',
      noPoints: '据摄像机所告知，其中没有预置位。',
      addPoint: '加入',
      removePoint: (preset) => `移除预置位 ${preset}`,
      dwell: '停留（秒）',
      speed: '速度',
      set: '设置',
      removeAll: '删除巡航',
      stay: (seconds) => `${seconds} 秒`,
    },
    scan: {
      title: '扫描',
      hint: '在左右边界之间来回转动：先转到该处，再设置边界。',
      left: '设为左边界',
      right: '设为右边界',
      speed: '速度',
    },
    switches: {
      title: '雨刷与灯光',
      wiper: '雨刷',
      other: '开关',
      hint: '灯光、加热等开关的编号由厂商规定；灯光常为 2。',
    },
    home: {
      title: '看守位',
      hint: '无人操作时摄像机自动返回的位置。',
      enabled: '自动归位',
      seconds: '等待（秒）',
    },
    position: {
      title: '精准定位',
      pan: '水平 °',
      tilt: '垂直 °',
      zoom: '变倍 ×',
      go: '转到',
      now: '当前',
      hint: '水平角俯视顺时针为正；垂直角向下为正。',
    },
    track: {
      title: '目标跟踪',
      auto: '自动',
      manual: '框选',
      stop: '停止',
      hint: '摄像机自动跟踪运动目标，或跟踪你框选的目标。',
      draw: '请在画面上拉框。',
    },
  },
};
