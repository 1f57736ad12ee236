import type { Onboarding } from './api.ts';

/** What a field of a camera's form holds. */
export type FieldKey =
  | 'mode'
  | 'serverId'
  | 'domain'
  | 'address'
  | 'port'
  | 'deviceId'
  | 'userName'
  | 'password'
  | 'expires'
  | 'heartbeat'
  | 'heartbeatCount'
  | 'localPort'
  | 'channelId';

/** A field as its maker names it, in the two languages of their pages. */
export interface BrandField {
  readonly key: FieldKey;
  readonly en: string;
  readonly zh: string;
}

export const BRANDS = ['hikvision', 'dahua', 'uniview', 'other'] as const;
export type Brand = (typeof BRANDS)[number];

/** The fields of each maker's form, in its order. Uniview's has no domain: it takes the first ten digits of the server id. */
export const BRAND_FIELDS: Readonly<Record<Brand, readonly BrandField[]>> = {
  hikvision: [
    { key: 'mode', en: 'Platform Access Mode', zh: '平台接入方式' },
    { key: 'serverId', en: 'SIP Server ID', zh: 'SIP服务器ID' },
    { key: 'domain', en: 'SIP Server Domain', zh: 'SIP服务器域' },
    { key: 'address', en: 'SIP Server Address', zh: 'SIP服务器地址' },
    { key: 'port', en: 'SIP Server Port', zh: 'SIP服务器端口' },
    { key: 'userName', en: 'SIP User Name', zh: 'SIP用户名' },
    { key: 'deviceId', en: 'SIP User Authentication ID', zh: 'SIP用户认证ID' },
    { key: 'password', en: 'Password, Password Confirm', zh: '密码、密码确认' },
    { key: 'expires', en: 'Registration Validity Period', zh: '注册有效期' },
    { key: 'heartbeat', en: 'Heartbeat Cycle', zh: '心跳周期' },
    { key: 'heartbeatCount', en: 'Max. Heartbeat Timeout Times', zh: '最大心跳超时次数' },
    { key: 'localPort', en: 'Local SIP Port', zh: '本地SIP端口' },
    { key: 'channelId', en: 'Video Channel Encoding ID', zh: '视频通道编码ID' },
  ],
  dahua: [
    { key: 'serverId', en: 'SIP Server No.', zh: 'SIP服务器编号' },
    { key: 'domain', en: 'SIP Domain', zh: 'SIP域' },
    { key: 'address', en: 'SIP Server IP', zh: 'SIP服务器IP' },
    { key: 'port', en: 'SIP Server Port', zh: 'SIP服务器端口' },
    { key: 'deviceId', en: 'Device No.', zh: '设备编号' },
    { key: 'password', en: 'Register Password', zh: '注册密码' },
    { key: 'localPort', en: 'Local SIP Server Port', zh: '本地SIP服务器端口' },
    { key: 'expires', en: 'Register Validity', zh: '注册有效期' },
    { key: 'heartbeat', en: 'Heartbeat Period', zh: '心跳周期' },
    { key: 'heartbeatCount', en: 'Max. Heartbeat Timeout Times', zh: '最大心跳超时次数' },
    { key: 'channelId', en: 'Channel No.', zh: '通道编号' },
  ],
  uniview: [
    { key: 'mode', en: 'Management Protocol', zh: '管理协议' },
    { key: 'serverId', en: 'Server ID', zh: '服务器ID' },
    { key: 'address', en: 'Server Address', zh: '服务器地址' },
    { key: 'port', en: 'Server Port', zh: '服务器端口' },
    { key: 'deviceId', en: 'Device ID', zh: '设备ID' },
    { key: 'password', en: 'Register Password', zh: '注册密码' },
    { key: 'expires', en: 'Registration Validity', zh: '注册有效期' },
    { key: 'heartbeat', en: 'Heartbeat Interval', zh: '心跳周期' },
    { key: 'localPort', en: 'Local Port', zh: '本地端口' },
    { key: 'channelId', en: 'Video Channel ID', zh: '视频通道ID' },
  ],
  other: [
    { key: 'serverId', en: 'SIP server ID', zh: 'SIP服务器编码' },
    { key: 'domain', en: 'SIP domain', zh: 'SIP域' },
    { key: 'address', en: 'SIP server address', zh: 'SIP服务器地址' },
    { key: 'port', en: 'SIP server port', zh: 'SIP服务器端口' },
    { key: 'deviceId', en: 'Device ID', zh: '设备编码' },
    { key: 'userName', en: 'User name', zh: '用户名' },
    { key: 'password', en: 'Password', zh: '密码' },
    { key: 'expires', en: 'Registration period', zh: '注册有效期' },
    { key: 'heartbeat', en: 'Heartbeat interval', zh: '心跳周期' },
    { key: 'heartbeatCount', en: 'Heartbeat timeouts', zh: '心跳超时次数' },
    { key: 'channelId', en: 'Channel ID', zh: '通道编码' },
  ],
};

/** Cameras listen here by themselves; it is theirs, and any free port will do. */
const LOCAL_PORT = '5060';

/** The value of a field. `password` null: it is not shown, or there is none. Pure. */
export function fieldValue(
  key: FieldKey,
  o: { onboarding: Onboarding; brand: Brand; address: string; deviceId: string; password: string | null },
): string {
  const { onboarding } = o;
  switch (key) {
    case 'mode':
      return o.brand === 'hikvision' ? '28181' : 'GB/T28181';
    case 'serverId':
      return onboarding.serverId;
    case 'domain':
      return onboarding.domain;
    case 'address':
      return o.address;
    case 'port':
      return String(onboarding.port);
    case 'deviceId':
    case 'userName':
      return o.deviceId;
    case 'password':
      return o.password ?? '';
    case 'expires':
      return String(onboarding.expiresSeconds);
    case 'heartbeat':
      return String(onboarding.heartbeatSeconds);
    case 'heartbeatCount':
      return String(onboarding.heartbeatCount);
    case 'localPort':
      return LOCAL_PORT;
    case 'channelId':
      return firstChannelOf(o.deviceId);
  }
}

/** An id for the first channel of a device: its own, with the type of a camera (131) in the place of its type (annex E). Pure. */
function firstChannelOf(deviceId: string): string {
  return /^\d{20}$/.test(deviceId) ? `${deviceId.slice(0, 10)}131${deviceId.slice(13)}` : '';
}
