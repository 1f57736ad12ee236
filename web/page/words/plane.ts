import type { Language } from '../language.ts';

/** Drawing on the picture what a configuration has on it. Pure: no DOM. */
export interface PlaneWords {
  readonly title: string;
  /** What is drawn, by section. */
  readonly areas: Readonly<Record<string, string>>;
  readonly drawBox: string;
  readonly drawPlace: string;
  readonly armedBox: string;
  readonly armedPlace: string;
  readonly noMore: (most: number) => string;
  readonly remove: string;
  readonly fresh: string;
  readonly taking: string;
  readonly missing: string;
  readonly nobodys: string;
  readonly box: (name: string) => string;
  readonly text: (name: string) => string;
  readonly emptyText: string;
  readonly time: string;
  readonly fromTo: (left: number, top: number, right: number, bottom: number) => string;
  readonly from: (left: number, top: number) => string;
  readonly pixels: (width: number, height: number) => string;
  readonly blocks: string;
  readonly idle: string;
  readonly mouseBox: string;
  readonly mousePlace: string;
  readonly fingerBox: string;
  readonly fingerPlace: string;
  readonly keysBox: string;
  readonly keysPlace: string;
}

export const planeWords: Readonly<Record<Language, PlaneWords>> = {
  en: {
    title: 'On the picture',
    areas: {
      PictureMask: 'Masked regions on the picture',
      OSDConfig: 'Time and texts on the picture',
      SVACEncodeConfig: 'Regions of interest on the picture',
    },
    drawBox: 'Draw a region',
    drawPlace: 'Place a text',
    armedBox: 'Drag from one corner to the other.',
    armedPlace: 'Click where its top left corner shall be.',
    noMore: (most) => `There are ${most}; the standard has no room for more.`,
    remove: 'Remove',
    fresh: 'Take the picture again',
    taking: 'Taking a picture …',
    missing: 'No picture to be had now; the numbers are right without it.',
    nobodys: 'Choose a channel above to see its picture here.',
    box: (name) => `Region ${name}`,
    text: (name) => `Text “${name}”`,
    emptyText: 'Empty text',
    time: 'Time',
    fromTo: (left, top, right, bottom) => `${left}, ${top} – ${right}, ${bottom}`,
    from: (left, top) => `${left}, ${top}`,
    pixels: (width, height) => `${width} × ${height} pixels.`,
    blocks: 'Counted in blocks of 32 × 32.',
    idle: 'What is dashed is switched off: the device does not show it.',
    mouseBox: 'Drag to draw, to move or, at its edges, to resize.',
    mousePlace: 'Drag to move.',
    fingerBox: 'Tap “Draw a region”, then drag; drag a region to move it, its edges to resize it.',
    fingerPlace: 'Drag to move; tap “Place a text”, then the picture.',
    keysBox: 'Keys: arrows move, with Shift they resize, with Ctrl by the pixel; Delete removes.',
    keysPlace: 'Keys: arrows move, with Ctrl by the pixel; Delete removes a text.',
  },
  zh: {
    title: '在画面上设置',
    areas: {
      PictureMask: '画面上的遮挡区域',
      OSDConfig: '画面上的时间和文字',
      SVACEncodeConfig: '画面上的感兴趣区域',
    },
    drawBox: '绘制区域',
    drawPlace: '放置文字',
    armedBox: '从一角拖到对角。',
    armedPlace: '点击文字左上角的位置。',
    noMore: (most) => `已有 ${most} 个，达到标准上限。`,
    remove: '移除',
    fresh: '重新取图',
    taking: '正在取图…',
    missing: '暂时取不到画面，不影响坐标设置。',
    nobodys: '在上方选择通道即可显示其画面。',
    box: (name) => `区域 ${name}`,
    text: (name) => `文字“${name}”`,
    emptyText: '空文字',
    time: '时间',
    fromTo: (left, top, right, bottom) => `${left}, ${top} – ${right}, ${bottom}`,
    from: (left, top) => `${left}, ${top}`,
    pixels: (width, height) => `${width} × ${height} 像素。`,
    blocks: '以 32 × 32 的块计数。',
    idle: '虚线表示未启用，设备不显示。',
    mouseBox: '拖动可绘制、移动，拖动边缘可调整大小。',
    mousePlace: '拖动可移动。',
    fingerBox: '点“绘制区域”后拖动；拖动区域可移动，拖动边缘可调整大小。',
    fingerPlace: '拖动可移动；点“放置文字”后点击画面。',
    keysBox: '按键：方向键移动，按住 Shift 调整大小，按住 Ctrl 逐像素；Delete 移除。',
    keysPlace: '按键：方向键移动，按住 Ctrl 逐像素；Delete 移除文字。',
  },
};
