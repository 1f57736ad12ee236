import { type ConfigField, count, flag, group, integer, list, text } from './config-fields.ts';

/** Every section of a configuration (GB/T 28181 A.2.3.2, A.2.4.9, A.2.6.9), in the order of the schema, all editions together. */

export type ConfigType =
  | 'BasicParam'
  | 'VideoParamOpt'
  | 'VideoParamConfig'
  | 'AudioParamOpt'
  | 'AudioParamConfig'
  | 'SVACEncodeConfig'
  | 'SVACDecodeConfig'
  | 'VideoParamAttribute'
  | 'VideoRecordPlan'
  | 'VideoAlarmRecord'
  | 'PictureMask'
  | 'FrameMirror'
  | 'AlarmReport'
  | 'OSDConfig'
  | 'SnapShotConfig';

export interface ConfigSection {
  readonly type: ConfigType;
  readonly field: ConfigField;
  /** Editions that have it. */
  readonly editions: readonly string[];
  /**
   * `never`: it is only read. `given`: what is left out stays (2022), before that the required elements go with it. `whole`: all of it is
   * written, so it is read before. `command`: it is carried out, and nothing of it is kept.
   */
  readonly write: 'never' | 'given' | 'whole' | 'command';
}

/** The supplement of 2014 to the edition of 2011, which some devices of 2011 have. */
const SUPPLEMENT = ['2011', '2014'];
const ALL = [...SUPPLEMENT, '2016', '2022'];
const NEW = ['2022'];

const required = { required: true } as const;
const readOnly = { readOnly: true } as const;

const BASIC_PARAM = group('BasicParam', [
  text('Name', 64, required),
  text('DeviceID', 20),
  text('SIPServerID', 20),
  text('SIPServerIP', 64),
  integer('SIPServerPort', 1, 65_535),
  text('DomainName', 64),
  integer('Expiration', 1, 2_147_483_647, { ...required, what: 'Of the registration, s' }),
  { name: 'Password', kind: 'secret', most: 64, what: 'Written only: it is never shown' },
  integer('HeartBeatInterval', 1, 65_535, { ...required, what: 'Between two keepalives, s' }),
  integer('HeartBeatCount', 1, 255, { ...required, what: 'Keepalives that may be missed' }),
  integer('PositionCapability', 0, 2, { ...readOnly, what: '0 none, 1 GPS, 2 Beidou' }),
  { name: 'Longitude', kind: 'decimal', ...readOnly },
  { name: 'Latitude', kind: 'decimal', ...readOnly },
]);

const STREAM_NUMBER = integer('StreamNumber', 0, 15, { ...required, what: '0 main, 1 sub 1, …' });

const VIDEO_PARAM_OPT = group('VideoParamOpt', [
  { name: 'DownloadSpeed', kind: 'integers' },
  { name: 'Resolution', kind: 'texts', what: 'Codes of the `f` line of SDP, or `1920x1080`' },
  list('Item', 16, [
    text('StreamName', 64),
    { name: 'VideoFormatOpt', kind: 'texts' },
    { name: 'ResolutionOpt', kind: 'texts' },
    { name: 'FrameRateOpt', kind: 'texts' },
    { name: 'BitRateTypeOpt', kind: 'texts' },
    { name: 'VideoBitRateOpt', kind: 'texts' },
    { name: 'DownloadSpeedOpt', kind: 'integers' },
  ]),
]);

/** Codes of the `f` line (annex G). */
const VIDEO_CODES = [
  integer('VideoFormat', 0, 99, { ...required, what: '1 MPEG-4, 2 H.264, 3 SVAC, 4 3GP, 5 H.265' }),
  text('Resolution', 16, { ...required, what: '1 QCIF, 2 CIF, 3 4CIF, 4 D1, 5 720p, 6 1080p, or `2560x1440`' }),
  integer('FrameRate', 0, 99, required),
  integer('BitRateType', 0, 9, { ...required, what: '1 constant, 2 variable' }),
  integer('VideoBitRate', 0, 100_000, { what: 'kbit/s; a constant rate needs it' }),
];

const STREAM_NAME = text('StreamName', 64, required);
const VIDEO_PARAM_CONFIG = group(
  'VideoParamConfig',
  [list('Item', 16, [STREAM_NAME, ...VIDEO_CODES], key('StreamName'))],
  {
    numbered: true,
  },
);
const AUDIO_PARAM_OPT = group('AudioParamOpt', [
  list('Item', 16, [
    text('StreamName', 64),
    { name: 'AudioFormatOpt', kind: 'texts' },
    { name: 'AudioBitRateOpt', kind: 'texts' },
    { name: 'SamplingRateOpt', kind: 'texts' },
  ]),
]);
const AUDIO_PARAM_CONFIG = group(
  'AudioParamConfig',
  [
    list(
      'Item',
      16,
      [
        STREAM_NAME,
        integer('AudioFormat', 0, 99, { what: '1 G.711, 2 G.723.1, 3 G.729, 4 G.722.1' }),
        integer('AudioBitRate', 0, 99),
        integer('SamplingRate', 0, 99),
      ],
      key('StreamName'),
    ),
  ],
  { numbered: true },
);
const VIDEO_PARAM_ATTRIBUTE = group(
  'VideoParamAttribute',
  [list('Item', 16, [STREAM_NUMBER, ...VIDEO_CODES], key('StreamNumber'))],
  { numbered: true },
);

function key(name: string): { readonly key: string; readonly required: true } {
  return { key: name, required: true };
}

const TIME_SEGMENT = [
  integer('StartHour', 0, 24, required),
  integer('StartMin', 0, 59, required),
  integer('StartSec', 0, 59, required),
  integer('StopHour', 0, 24, required),
  integer('StopMin', 0, 59, required),
  integer('StopSec', 0, 59, required),
];
const VIDEO_RECORD_PLAN = group('VideoRecordPlan', [
  flag('RecordEnable', required),
  count('RecordScheduleSumNum', 'RecordSchedule'),
  list('RecordSchedule', 7, [
    integer('WeekDayNum', 1, 7, { ...required, what: '1 Monday … 7 Sunday' }),
    count('TimeSegmentSumNum', 'TimeSegment'),
    list('TimeSegment', 8, TIME_SEGMENT, required),
  ]),
  STREAM_NUMBER,
]);

const VIDEO_ALARM_RECORD = group('VideoAlarmRecord', [
  flag('RecordEnable', required),
  integer('RecordTime', 0, 86_400, { what: 'After the alarm, s' }),
  integer('PreRecordTime', 0, 86_400, { what: 'Before the alarm, s' }),
  STREAM_NUMBER,
]);

const PICTURE_MASK = group('PictureMask', [
  flag('On', required),
  count('SumNum', 'RegionList', 'Item'),
  group(
    'RegionList',
    [
      list('Item', 4, [
        integer('Seq', 1, 4, required),
        { name: 'Point', kind: 'corners', ...required, what: 'Left, top, right, bottom, pixels of the main stream' },
      ]),
    ],
    { numbered: true },
  ),
]);

const ALARM_REPORT = group('AlarmReport', [flag('MotionDetection', required), flag('FieldDetection', required)]);

const pixels = (name: string): ConfigField => integer(name, 0, 100_000, required);
const OSD_CONFIG = group('OSDConfig', [
  pixels('Length'),
  pixels('Width'),
  pixels('TimeX'),
  pixels('TimeY'),
  flag('TimeEnable'),
  integer('TimeType', 0, 1, { what: '0 `2024-01-05 14:03:21`, 1 `2024年01月05日14:03:21`' }),
  flag('TextEnable'),
  count('SumNum', 'Item'),
  list('Item', 8, [text('Text', 32, required), pixels('X'), pixels('Y')]),
]);

const SNAP_SHOT_CONFIG = group(
  'SnapShotConfig',
  [
    integer('SnapNum', 1, 10, required),
    integer('Interval', 1, 86_400, { ...required, what: 's' }),
    text('UploadURL', 1024, required),
    text('SessionID', 128, required),
  ],
  { alsoRead: 'SnapShot' },
);

const SVC_SUPPORT = [integer('SVCSpaceSupportMode', 0, 3, readOnly), integer('SVCTimeSupportMode', 0, 3, readOnly)];
const SVAC_ENCODE = group('SVACEncodeConfig', [
  group(
    'ROIParam',
    [
      flag('ROIFlag', required),
      count('ROINumber', 'Item'),
      list('Item', 16, [
        integer('ROISeq', 1, 16, required),
        integer('TopLeft', 0, 19_683, required),
        integer('BottomRight', 0, 19_683, required),
        integer('ROIQP', 0, 3, { ...required, what: '0 ordinary, 1 better, 2 good, 3 very good' }),
      ]),
      integer('BackGroundQP', 0, 3),
      flag('BackGroundSkipFlag'),
    ],
    { ...required, alsoRead: 'ROIParma' },
  ),
  group('SVCParam', [
    integer('SVCSpaceDomainMode', 0, 3, required),
    integer('SVCTimeDomainMode', 0, 3, required),
    text('SSVCRatioValue', 8, { what: '`4:3`, `2:1`, `4:1`, `6:1` or `8:1`' }),
    ...SVC_SUPPORT,
    { name: 'SSVCRatioSupportList', kind: 'texts', ...readOnly },
  ]),
  group(
    'SurveillanceParam',
    ['TimeFlag', 'EventFlag', 'AlertFlag', 'OSDFlag', 'AIFlag', 'GISFlag'].map((name) => flag(name)),
    readOnly,
  ),
  group('AudioParam', [flag('AudioRecognitionFlag')]),
]);
const SVAC_DECODE = group('SVACDecodeConfig', [
  group('SVCParam', [integer('SVCSTMMode', 0, 3, { ...required, what: 'Enhancement layers' }), ...SVC_SUPPORT]),
  group(
    'SurveillanceParam',
    ['TimeShowFlag', 'EventShowFlag', 'AlertShowFlag', 'OSDShowFlag', 'AIShowFlag', 'GISShowFlag'].map((name) =>
      flag(name),
    ),
  ),
]);

const section = (
  type: ConfigType,
  field: ConfigField,
  editions: readonly string[],
  write: ConfigSection['write'],
): ConfigSection => ({ type, field, editions, write });

/** Every section. */
export const CONFIG_SECTIONS: readonly ConfigSection[] = [
  section('BasicParam', BASIC_PARAM, ALL, 'given'),
  section('VideoParamOpt', VIDEO_PARAM_OPT, ALL, 'never'),
  section('SVACEncodeConfig', SVAC_ENCODE, ALL, 'whole'),
  section('SVACDecodeConfig', SVAC_DECODE, ALL, 'whole'),
  section('VideoParamConfig', VIDEO_PARAM_CONFIG, SUPPLEMENT, 'whole'),
  section('AudioParamOpt', AUDIO_PARAM_OPT, SUPPLEMENT, 'never'),
  section('AudioParamConfig', AUDIO_PARAM_CONFIG, SUPPLEMENT, 'whole'),
  section('VideoParamAttribute', VIDEO_PARAM_ATTRIBUTE, NEW, 'whole'),
  section('VideoRecordPlan', VIDEO_RECORD_PLAN, NEW, 'whole'),
  section('VideoAlarmRecord', VIDEO_ALARM_RECORD, NEW, 'whole'),
  section('PictureMask', PICTURE_MASK, NEW, 'whole'),
  section(
    'FrameMirror',
    integer('FrameMirror', 0, 3, { what: '0 off, 1 left–right, 2 up–down, 3 both' }),
    NEW,
    'whole',
  ),
  section('AlarmReport', ALARM_REPORT, NEW, 'whole'),
  section('OSDConfig', OSD_CONFIG, NEW, 'whole'),
  section('SnapShotConfig', SNAP_SHOT_CONFIG, NEW, 'command'),
];

const BY_TYPE = new Map(CONFIG_SECTIONS.map((each) => [each.type, each]));

/** The section of that name. */
export function configSection(type: ConfigType): ConfigSection {
  return BY_TYPE.get(type)!;
}
