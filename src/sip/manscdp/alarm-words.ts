/** What the numbers of an alarm mean (GB/T 28181-2022 A.2.5.3, and 2016 for what it left out), for people. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

const words = (en: string, zh: string): Words => ({ en, zh });

/** AlarmMethod: by which way the alarm came. */
const METHODS: Readonly<Record<number, Words>> = {
  1: words('telephone', '电话报警'),
  2: words('device', '设备报警'),
  3: words('text message', '短信报警'),
  4: words('GPS', 'GPS报警'),
  5: words('video', '视频报警'),
  6: words('device fault', '设备故障报警'),
  7: words('other', '其他报警'),
};

/** AlarmType: what it is about; the numbers mean something else with each method. */
const TYPES: Readonly<Record<number, Readonly<Record<number, Words>>>> = {
  2: {
    1: words('video loss', '视频丢失报警'),
    2: words('tampering', '设备防拆报警'),
    3: words('storage full', '存储设备磁盘满报警'),
    4: words('high temperature', '设备高温报警'),
    5: words('low temperature', '设备低温报警'),
  },
  5: {
    1: words('raised by a person', '人工视频报警'),
    2: words('motion', '运动目标检测报警'),
    3: words('object left behind', '遗留物检测报警'),
    4: words('object removed', '物体移除检测报警'),
    5: words('line crossed', '绊线检测报警'),
    6: words('intrusion', '入侵检测报警'),
    7: words('wrong way', '逆行检测报警'),
    8: words('loitering', '徘徊检测报警'),
    9: words('flow count', '流量统计报警'),
    10: words('crowd density', '密度检测报警'),
    11: words('video abnormal', '视频异常检测报警'),
    12: words('fast movement', '快速移动报警'),
    13: words('picture covered', '图像遮挡报警'),
  },
  6: { 1: words('storage disk fault', '存储设备磁盘故障报警'), 2: words('storage fan fault', '存储设备风扇故障报警') },
};

/** EventType of an intrusion (method 5, type 6). */
const EVENTS: Readonly<Record<number, Words>> = { 1: words('entered', '进入区域'), 2: words('left', '离开区域') };

/** AlarmPriority, 1 the highest. */
const PRIORITIES: Readonly<Record<number, Words>> = {
  1: words('level 1', '一级警情'),
  2: words('level 2', '二级警情'),
  3: words('level 3', '三级警情'),
  4: words('level 4', '四级警情'),
};

/** Every word with its numbers, in the order of the standard. */
export const ALARM_WORDS = { methods: METHODS, types: TYPES, events: EVENTS, priorities: PRIORITIES } as const;

/** The number of a method that was written as a word (SUB-6); null: as no word of ours. */
export function methodOfWord(text: string): number | null {
  const wanted = text.toLowerCase();
  if (wanted === '') return null;
  for (const [number, { en, zh }] of Object.entries(METHODS))
    if (wanted === en || text === zh || text === zh.replace('报警', '')) return Number(number);
  return null;
}
