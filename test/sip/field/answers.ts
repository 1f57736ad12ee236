import { broadcastNotice } from '../../../src/sip/manscdp/broadcast.ts';
import { configQuestion } from '../../../src/sip/manscdp/config-download.ts';
import { cruisesQuestion } from '../../../src/sip/manscdp/cruise-track-list.ts';
import { deviceConfig } from '../../../src/sip/manscdp/device-config.ts';
import { homePositionQuestion } from '../../../src/sip/manscdp/home-position.ts';
import { presetQuestion } from '../../../src/sip/manscdp/preset-query.ts';
import { ptzPositionQuestion } from '../../../src/sip/manscdp/ptz-position.ts';
import { storageCardsQuestion } from '../../../src/sip/manscdp/storage-card.ts';
import { answered, both, records, type Sample } from './read.ts';

/** What devices answer about footage, presets, settings and the rest. */
export const ANSWERS: readonly Sample[] = [
  {
    file: 'hikvision-nvr-record-info.sip',
    what: 'Hikvision NVR: range as path, no sizes',
    read: both(records('2024-05-04')),
    is: {
      head: [
        'MESSAGE sip:34020000002000000010@3402000000',
        'UDP 203.0.113.60:5060 rport= branch=z9hG4bK1849801968',
        '34020000001110000001;992677514 > 34020000002000000010;null',
        '2058944946 / 20 MESSAGE',
        'contact none',
        'Embedded Net DVR/NVR/DVS',
        'application/manscdp+xml 777',
      ],
      frame: 'response RecordInfo 18 of 34020000001310000001, ASCII',
      sumNum: 2,
      items: [
        {
          startEpochMs: '2024-05-04T06:43:16.000Z',
          endEpochMs: '2024-05-04T07:16:26.000Z',
          name: 'IPCamera 01',
          type: 'time',
          secrecy: false,
          filePath: '1714804996_1714806986',
          address: 'Address 1',
          recorderId: null,
          sizeBytes: null,
          streamNumber: null,
        },
        {
          startEpochMs: '2024-05-04T07:16:26.000Z',
          endEpochMs: '2024-05-04T07:49:37.000Z',
          name: 'IPCamera 01',
          type: 'time',
          secrecy: false,
          filePath: '1714806986_1714808977',
          address: 'Address 1',
          recorderId: null,
          sizeBytes: null,
          streamNumber: null,
        },
      ],
      codes: ['REC-7'],
    },
  },
  {
    file: 'hikvision-record-info.sip',
    what: 'Hikvision camera: `file_path` as path; two of eleven items were published',
    read: both(records('2025-04-18')),
    is: {
      head: [
        'MESSAGE sip:34020000002000000001@3402000000',
        'UDP 203.0.113.64:5060 rport= branch=z9hG4bK727604973',
        '34020000001320000002;593479594 > 34020000002000000001;null',
        '40677081 / 20 MESSAGE',
        'contact none',
        'IP Camera',
        'application/manscdp+xml 816 SIP-6',
      ],
      frame: 'response RecordInfo 10035 of 34020000001310000001, ASCII',
      sumNum: 134,
      items: [
        {
          startEpochMs: '2025-04-18T02:23:02.000Z',
          endEpochMs: '2025-04-18T02:40:20.000Z',
          name: 'hikangname',
          type: 'time',
          secrecy: false,
          filePath: null,
          address: 'Address 1',
          recorderId: null,
          sizeBytes: 263094272,
          streamNumber: null,
        },
        {
          startEpochMs: '2025-04-18T02:40:20.000Z',
          endEpochMs: '2025-04-18T02:57:36.000Z',
          name: 'hikangname',
          type: 'time',
          secrecy: false,
          filePath: null,
          address: 'Address 1',
          recorderId: null,
          sizeBytes: 262488064,
          streamNumber: null,
        },
      ],
      codes: ['REC-7'],
    },
  },
  {
    file: 'hikvision-presets.sip',
    what: 'Hikvision camera: GB2312 name, no SumNum',
    read: both(answered((id) => presetQuestion(id, 'PresetQuery'))),
    is: {
      head: [
        'MESSAGE sip:34020000002000000001@3402000000',
        'UDP 203.0.113.64:5060 rport= branch=z9hG4bK1149716366',
        '34020000001320000002;2001348774 > 34020000002000000001;null',
        '360379917 / 20 MESSAGE',
        'contact none',
        'IP Camera',
        'application/manscdp+xml 258',
      ],
      frame: 'response PresetQuery 10024 of 34020000001310000001, GB18030',
      value: { presets: [{ number: 1, name: '预置点 1' }], sumNum: null, refused: [] },
      codes: [],
    },
  },
  {
    file: 'dahua-presets.xml',
    what: 'Dahua camera: SumNum, two blanks in a tag',
    read: answered((id) => presetQuestion(id, 'PresetQuery')),
    is: {
      frame: 'response PresetQuery 2 of 34020000001320000002, GB18030',
      value: {
        presets: [
          { number: 1, name: 'preset1' },
          { number: 2, name: '预置点2' },
        ],
        sumNum: 2,
        refused: [],
      },
      codes: [],
    },
  },
  {
    file: 'hikvision-basic-param.sip',
    what: 'Hikvision camera: tells its password',
    read: both(answered((id) => configQuestion(id, ['BasicParam']))),
    is: {
      head: [
        'MESSAGE sip:34020000002000000001@3402000000',
        'UDP 203.0.113.64:5060 rport= branch=z9hG4bK626480488',
        '34020000001320000002;1196765638 > 34020000002000000001;null',
        '1421185166 / 20 MESSAGE',
        'contact none',
        'IP Camera',
        'application/manscdp+xml 608',
      ],
      frame: 'response ConfigDownload 10020 of 34020000001320000002, ASCII',
      value: {
        result: 'OK',
        sections: new Map([
          [
            'BasicParam',
            {
              Name: 'IP CAMERA',
              DeviceID: '34020000001320000002',
              SIPServerID: '34020000002000000001',
              SIPServerIP: '203.0.113.110',
              SIPServerPort: 15060,
              DomainName: '3402000000',
              Expiration: 3600,
              HeartBeatInterval: 30,
              HeartBeatCount: 3,
              PositionCapability: 0,
            },
          ],
        ]),
      },
      codes: [],
    },
  },
  {
    file: 'hikvision-2022-snapshot-config.xml',
    what: 'Hikvision camera of 2022: SnapShot for SnapShotConfig, numbers out of bounds',
    read: answered((id) => configQuestion(id, ['SnapShotConfig'])),
    is: {
      frame: 'response ConfigDownload 9201 of 34020001021320000002, ASCII',
      value: {
        result: 'OK',
        sections: new Map([['SnapShotConfig', { SnapNum: 0, Interval: 0, UploadURL: '', SessionID: '' }]]),
      },
      codes: [],
    },
  },
  {
    file: 'hikvision-2022-config-taken.sip',
    what: 'Hikvision camera of 2022 takes a configuration',
    read: both(answered((id) => deviceConfig(id, 'FrameMirror', 1))),
    is: {
      head: [
        'MESSAGE sip:34020000002000000001@3402000000',
        'UDP 203.0.113.65:5060 rport= branch=z9hG4bK113097658',
        '34020000001320000001;2122550998 > 34020000002000000001;null',
        '1066186907 / 20 MESSAGE',
        'contact none',
        'IP Camera',
        'application/manscdp+xml 173',
      ],
      frame: 'response DeviceConfig 10003 of 34020000001310000001, ASCII',
      value: 'OK',
      codes: [],
    },
  },
  {
    file: 'dahua-home-position.xml',
    what: 'Dahua dome of 2016: HomePosition for HomePositionQuery',
    read: answered(homePositionQuestion),
    is: {
      frame: 'response HomePosition 10323 of 34020000001310000001, ASCII',
      value: { enabled: false, resetSeconds: 600, preset: 0, ok: true },
      codes: ['XML-8'],
    },
  },
  {
    file: 'hikvision-2022-home-position-error.xml',
    what: 'Hikvision camera without a zoom: refuses',
    read: answered(homePositionQuestion),
    is: {
      frame: 'response HomePositionQuery 857 of 34020001021320000002, ASCII',
      value: { enabled: null, resetSeconds: null, preset: null, ok: false, reason: "Cann't get ptz position" },
      codes: [],
    },
  },
  {
    file: 'hikvision-2022-ptz-position-error.xml',
    what: 'Hikvision camera without a zoom: refuses',
    read: answered(ptzPositionQuestion),
    is: {
      frame: 'response PTZPosition 10109 of 34020001021320000002, ASCII',
      value: {
        pan: null,
        tilt: null,
        zoom: null,
        horizontalFieldAngle: null,
        verticalFieldAngle: null,
        maxViewDistance: null,
        ok: false,
        reason: "Cann't get ptz position",
      },
      codes: [],
    },
  },
  {
    file: 'phone-cruises.xml',
    what: 'a phone as a camera: TrackList and GroupID for CruiseTrackList and Number',
    read: answered(cruisesQuestion),
    is: {
      frame: 'response CruiseTrackListQuery 9 of 34020000001320000001, GB18030',
      value: {
        items: [
          { number: 1, name: '巡航 1' },
          { number: 2, name: '巡航 2' },
        ],
        sumNum: 2,
        ok: true,
      },
      codes: [],
    },
  },
  {
    file: 'platform-cards-list.xml',
    what: 'a platform below: SDCardStatusList, a word of its own',
    read: answered(storageCardsQuestion),
    is: {
      frame: 'response SDCardStatus 1 of 34020000001320000001, ASCII',
      value: {
        items: [{ id: 1, name: '', status: 'normal', formatProgress: null, capacityMb: 1024, freeMb: 512 }],
        sumNum: 1,
        ok: true,
      },
      codes: [],
    },
  },
  {
    file: 'platform-cards-none.xml',
    what: 'a platform below: no cards, no list',
    read: answered(storageCardsQuestion),
    is: {
      frame: 'response SDCardStatus 3 of 34020000001320000001, ASCII',
      value: { items: [], sumNum: 0, ok: true },
      codes: [],
    },
  },
  {
    file: 'dahua-broadcast-response.sip',
    what: 'Dahua camera: headers in alphabetical order, all in one line',
    read: both(answered((id) => broadcastNotice('34020000002000000001', id))),
    is: {
      head: [
        'MESSAGE sip:34020000002000000001@203.0.113.110:15060',
        'UDP 203.0.113.100:5061 rport= branch=z9hG4bK09c5c9872f1eaeeb2f753672bbcac574',
        '34020000001320000001;49b96ab2783ae380cd1f39848c0cf0de > 34020000002000000001;null',
        'e78acda839fea196d5a4867db0ffe585 / 8 MESSAGE',
        'contact none',
        'SIP UAS V.2016.xxxx',
        'application/manscdp+xml 180',
      ],
      frame: 'response Broadcast 10017 of 34020000001310000001, ASCII',
      value: 'OK',
      codes: [],
    },
  },
];
