import type { Brand } from '../add/brands.ts';
import type { Language } from '../language.ts';

/** One thing that can happen while a camera is added: what it is, and, where it is a trouble, what helps. */
export interface Happening {
  readonly title: string;
  /** '' when there is nothing to be done. */
  readonly cure: string;
}

/**
 * Adding a camera. In sentences `{detail}`, `{asked}` (the id that a camera asked for), `{count}`, `{seconds}`, `{id}` and `{domain}` are replaced by the values seen. Pure: no DOM.
 */
export interface AddWords {
  readonly title: string;
  readonly intro: string;
  readonly brand: string;
  readonly brands: Readonly<Record<Brand, string>>;
  readonly where: Readonly<Record<Brand, string>>;
  readonly kind: string;
  readonly kinds: Readonly<Record<'camera' | 'recorder', string>>;
  readonly anotherId: string;
  readonly idTaken: string;
  readonly field: string;
  readonly value: string;
  readonly show: string;
  readonly hide: string;
  readonly onlyLooking: string;
  readonly noAuthentication: string;
  readonly noPassword: string;
  readonly localPortNote: string;
  readonly channelNote: Readonly<Record<'camera' | 'recorder', string>>;
  readonly secondsNote: string;
  readonly addressFrom: Readonly<Record<'advertised' | 'bound' | 'camera' | 'interface', string>>;
  readonly otherAddress: string;
  readonly cameraAddress: string;
  readonly ask: string;
  readonly notAnAddress: string;
  readonly qr: string;
  readonly qrNote: string;
  readonly qrWithPassword: string;
  readonly differs: string;
  readonly known: string;
  readonly admit: string;
  readonly admitted: string;
  readonly arrivals: string;
  readonly nothing: string;
  readonly nothingChecks: readonly string[];
  readonly from: string;
  readonly unknownId: string;
  readonly tries: string;
  readonly more: string;
  readonly happenings: Readonly<Record<string, Happening>>;
  readonly other: Happening;
  readonly picture: {
    readonly trying: string;
    readonly came: string;
    readonly try: string;
    readonly again: string;
    readonly watch: string;
    readonly waiting: Happening;
    readonly failed: Readonly<Record<string, Happening>>;
    readonly failedOther: Happening;
  };
  readonly failedToLoad: string;
  readonly retry: string;
}

export const addWords: Readonly<Record<Language, AddWords>> = {
  en: {
    title: 'Add a camera',
    intro: 'Type these values into the form of the camera and save it there. It registers by itself within a minute.',
    brand: 'Maker',
    brands: { hikvision: 'Hikvision', dahua: 'Dahua', uniview: 'Uniview', other: 'Other' },
    where: {
      hikvision: 'Configuration › Network › Advanced Settings › Platform Access',
      dahua: 'Setting › Network › Platform Access › GB28181',
      uniview: 'Setup › System › Server › Management Server',
      other: 'Look for GB28181, GB/T 28181 or Platform Access among its network settings',
    },
    kind: 'Device',
    kinds: { camera: 'Camera', recorder: 'Recorder (NVR)' },
    anotherId: 'Another id',
    idTaken: 'A device has come with this id: the next one needs another.',
    field: 'Field',
    value: 'Value',
    show: 'Show',
    hide: 'Hide',
    onlyLooking: 'This token may only look: sign in with the administrator’s.',
    noAuthentication: 'Not checked: anything will do.',
    noPassword: 'There is no common password: each device has the one it was given.',
    localPortNote: 'The camera’s own port: leave it.',
    channelNote: { camera: '', recorder: 'The first one; count on for the others.' },
    secondsNote: 'seconds',
    addressFrom: {
      advertised: 'Set with --advertise.',
      bound: 'The only address the gateway listens on.',
      camera: 'The address that faces this camera.',
      interface: 'Of this machine. Behind NAT or in a cloud, start the gateway with --advertise.',
    },
    otherAddress: 'Address of the gateway, as the camera sees it',
    cameraAddress: 'Not sure? The camera’s own IP address:',
    ask: 'Find the address',
    notAnAddress: 'That is no IP address.',
    qr: 'QR code of these values',
    qrNote: 'The same values, without the password. Show it to have it in the code.',
    qrWithPassword: 'The same values, with the password.',
    differs: 'Names differ a little from one firmware to the next.',
    known: 'Only devices added beforehand are admitted (--sip-admission known).',
    admit: 'Admit {id}',
    admitted: '{id} is admitted.',
    arrivals: 'What arrives',
    nothing: 'Nothing has arrived yet.',
    nothingChecks: [
      'Is GB28181 switched on in the camera, and the form saved?',
      'Does the camera reach the address above? Ping it from the camera’s network.',
      'Is the port open for UDP and TCP in every firewall between?',
      'Some routers swallow SIP: switch their SIP ALG off.',
    ],
    from: 'from',
    unknownId: 'no device id',
    tries: '({ordinal} try)',
    more: 'and {count} more',
    happenings: {
      challenged: { title: 'Says hello and was asked for its password.', cure: '' },
      'challenged-quiet': {
        title: 'Was asked for its password and has not answered.',
        cure: 'The password in the camera is empty, or the gateway’s answer does not reach it. Type the password again and save; check that UDP packets come back through the firewall.',
      },
      'challenge-unanswered': {
        title: 'Never answers when it is asked for its password.',
        cure: 'Type the password into the camera and save. If it is there already, something between swallows the answers: try another local SIP port in the camera, or TCP.',
      },
      'bad-device-id': {
        title: 'REGISTER without a usable device id.',
        cure: 'The device id has 20 digits. Copy the one on this page.',
      },
      'wrong-platform-id': {
        title: 'Wrong server id.',
        cure: 'Server id and domain in the camera belong to another platform ({asked}). Copy both from this page.',
      },
      blocked: {
        title: 'This device was deleted and blocked.',
        cure: 'Admit it again, or give the camera another device id.',
      },
      'not-added': {
        title: 'Unknown device id: only devices added beforehand are admitted.',
        cure: 'Admit it, or start the gateway with --sip-admission open.',
      },
      'wrong-password': {
        title: 'Wrong password.',
        cure: 'Type the password of this page into the camera once more; some Hikvision forms save an empty one unless it is typed again.',
      },
      'no-password': {
        title: 'No password is set for this device.',
        cure: 'Set one under Devices, or start the gateway with --sip-password.',
      },
      'wrong-certificate': {
        title: 'Its certificate is not the one that is kept here.',
        cure: 'Compare its file in the folder of --sip-certificates with the certificate in the camera, and its end.',
      },
      slowed: {
        title: 'Too many wrong passwords: it has to wait {seconds} s.',
        cure: 'Correct the password in the camera; it tries again by itself.',
      },
      'locked-out': {
        title: 'Locked out after many wrong passwords.',
        cure: 'Correct the password in the camera, then wait up to five minutes, or set this device’s password under Devices: that lets it try at once.',
      },
      'too-many-devices': {
        title: 'There is no room for another device.',
        cure: 'Delete devices that are gone.',
      },
      conflict: {
        title: 'Another device uses this id: {detail}.',
        cure: 'Two devices must not share an id. Give this one a free id from this page.',
      },
      redirected: {
        title: 'Sent to the gateway that it belongs to ({detail}).',
        cure: 'A rule of this gateway says so. It appears there; if it does not follow, it comes back and is served here.',
      },
      registered: { title: 'Registered. Asking for its channels …', cure: '' },
      'registered-done': { title: 'Registered.', cure: '' },
      'registered-quiet': {
        title: 'Registered, but it has not listed its channels.',
        cure: 'The camera did not answer the Catalog query yet. Check that it has a channel id in its form, and that the way back from the gateway to the camera is open (its port must not change: TCP helps behind NAT).',
      },
      'wrong-domain': {
        title: 'Its domain is {detail}; here it is {domain}.',
        cure: 'It works like this. Other platforms refuse it: type the domain of this page.',
      },
      channels: { title: '{count} channels', cure: '' },
      'channels-one': { title: '1 channel', cure: '' },
      'channels-none': {
        title: 'No channels.',
        cure: 'The device lists none. Give its channels ids in its form (a recorder: one for each camera), and save.',
      },
      'catalog-failed': {
        title: 'No answer to the Catalog query.',
        cure: 'The way from the gateway to the camera is blocked, or the camera is busy. Check firewall and NAT (TCP helps); then ask again under Devices.',
      },
      unregistered: { title: 'Signed off.', cure: 'GB28181 was switched off in the camera, or it restarts.' },
      'keepalive-missed': {
        title: 'Went silent: its heartbeats do not come.',
        cure: 'The camera lost power or network, or its heartbeat interval is far longer than 60 s. Check the interval in its form.',
      },
      'registration-expired': {
        title: 'Its registration ran out.',
        cure: 'The camera did not renew it. Check its registration period (3600 s) and its network.',
      },
      'connection-lost': {
        title: 'Its TCP connection broke.',
        cure: 'It comes back by itself when the network is stable. A firewall that drops idle connections needs a shorter heartbeat.',
      },
      deleted: { title: 'Deleted here.', cure: '' },
    },
    other: { title: '{detail}', cure: '' },
    picture: {
      trying: 'Asking for a picture …',
      came: 'picture in {seconds} s',
      try: 'Try a picture',
      again: 'Try again',
      watch: 'Watch',
      waiting: {
        title: 'Media flows, but no key frame came.',
        cure: 'Shorten the I-frame interval of the camera (at most two seconds).',
      },
      failed: {
        no_media: {
          title: 'The camera agreed, but no media came.',
          cure: 'Open the media ports of the gateway (UDP and TCP) in every firewall between; behind NAT start it with --advertise.',
        },
        invite_timeout: {
          title: 'The camera did not answer the call.',
          cure: 'The way from the gateway to the camera is blocked, or the camera is busy. TCP helps behind NAT.',
        },
        invite_rejected: {
          title: 'The camera refused the call: {detail}',
          cure: 'Check the channel id in its form; restart the camera if it keeps refusing.',
        },
        device_busy: {
          title: 'The camera is busy.',
          cure: 'It sends to as many viewers as it can: stop one elsewhere.',
        },
        device_offline: { title: 'The camera is offline.', cure: 'Wait until it registers again.' },
        port_exhausted: { title: 'The gateway has no free media port.', cure: 'Widen --media-ports.' },
      },
      failedOther: { title: 'No picture: {detail}', cure: '' },
    },
    failedToLoad: 'The values could not be read.',
    retry: 'Try again',
  },
  zh: {
    title: '添加摄像机',
    intro: '把下面的值填入摄像机的配置页面并保存，摄像机会在一分钟内自动注册。',
    brand: '厂商',
    brands: { hikvision: '海康威视', dahua: '大华', uniview: '宇视', other: '其他' },
    where: {
      hikvision: '配置 › 网络 › 高级配置 › 平台接入',
      dahua: '设置 › 网络设置 › 平台接入 › 国标28181',
      uniview: '配置 › 系统 › 服务器 › 管理服务器',
      other: '在网络设置中查找 GB28181、国标或平台接入',
    },
    kind: '设备类型',
    kinds: { camera: '摄像机', recorder: '录像机（NVR）' },
    anotherId: '换一个编码',
    idTaken: '已有设备使用此编码，下一台请换一个。',
    field: '字段',
    value: '值',
    show: '显示',
    hide: '隐藏',
    onlyLooking: '当前令牌只能查看：请使用管理员令牌登录。',
    noAuthentication: '不校验：可以任意填写。',
    noPassword: '没有公共密码：每台设备使用各自设置的密码。',
    localPortNote: '摄像机自己的端口，保持不变即可。',
    channelNote: { camera: '', recorder: '第一个通道；其余依次递增。' },
    secondsNote: '秒',
    addressFrom: {
      advertised: '由 --advertise 指定。',
      bound: '网关只监听这个地址。',
      camera: '面向这台摄像机的地址。',
      interface: '本机的地址。位于 NAT 之后或云上时，请用 --advertise 启动网关。',
    },
    otherAddress: '摄像机所看到的网关地址',
    cameraAddress: '不确定？填写摄像机自己的 IP 地址：',
    ask: '查找地址',
    notAnAddress: '这不是 IP 地址。',
    qr: '这些值的二维码',
    qrNote: '内容相同，不含密码。显示密码后二维码也会包含密码。',
    qrWithPassword: '内容相同，包含密码。',
    differs: '不同固件的字段名称可能略有差异。',
    known: '只允许预先添加的设备注册（--sip-admission known）。',
    admit: '允许 {id}',
    admitted: '已允许 {id}。',
    arrivals: '收到的注册',
    nothing: '还没有收到任何注册。',
    nothingChecks: [
      '摄像机是否已启用 GB28181 并保存了配置？',
      '摄像机能否访问上面的地址？请在摄像机所在网络中 ping 一下。',
      '沿途所有防火墙是否都放行了该端口的 UDP 和 TCP？',
      '部分路由器会拦截 SIP：请关闭其 SIP ALG。',
    ],
    from: '来自',
    unknownId: '无设备编码',
    tries: '（第 {count} 次）',
    more: '另有 {count} 个',
    happenings: {
      challenged: { title: '已发来注册，已要求其提供密码。', cure: '' },
      'challenged-quiet': {
        title: '已要求其提供密码，但没有回应。',
        cure: '摄像机中的密码为空，或网关的应答没有到达摄像机。请重新输入密码并保存；检查防火墙是否放行返回的 UDP 包。',
      },
      'challenge-unanswered': {
        title: '要求提供密码时始终不回应。',
        cure: '请在摄像机中输入密码并保存。如果已输入，说明中间有设备丢弃了应答：请更换摄像机的本地 SIP 端口，或改用 TCP。',
      },
      'bad-device-id': { title: 'REGISTER 中没有可用的设备编码。', cure: '设备编码为 20 位数字，请复制本页的编码。' },
      'wrong-platform-id': {
        title: '服务器编码错误。',
        cure: '摄像机中的服务器编码和域属于另一个平台（{asked}）。请从本页复制这两项。',
      },
      blocked: { title: '该设备已被删除并禁止接入。', cure: '重新允许它，或给摄像机换一个设备编码。' },
      'not-added': {
        title: '未知的设备编码：只允许预先添加的设备。',
        cure: '允许它，或用 --sip-admission open 启动网关。',
      },
      'wrong-password': {
        title: '密码错误。',
        cure: '请在摄像机中重新输入本页的密码；部分海康页面若不重新输入会保存为空密码。',
      },
      'no-password': { title: '该设备没有设置密码。', cure: '请在“设备”中设置，或用 --sip-password 启动网关。' },
      'wrong-certificate': {
        title: '证书与此处保存的不一致。',
        cure: '请核对 --sip-certificates 文件夹中的文件与摄像机的证书及其有效期。',
      },
      slowed: { title: '密码错误次数过多：需等待 {seconds} 秒。', cure: '请更正摄像机中的密码，它会自动重试。' },
      'locked-out': {
        title: '密码多次错误，已被锁定。',
        cure: '请更正摄像机中的密码，然后最多等待五分钟；或在“设备”中设置该设备的密码，即可立即重试。',
      },
      'too-many-devices': { title: '设备数量已达上限。', cure: '请删除已不存在的设备。' },
      conflict: {
        title: '另一台设备正在使用这个编码：{detail}。',
        cure: '两台设备不能共用编码，请给这台换成本页的空闲编码。',
      },
      redirected: {
        title: '已重定向到其所属的网关（{detail}）。',
        cure: '这是本网关的重定向规则。设备会出现在目标网关；如不跟随重定向，设备会返回并由本网关接管。',
      },
      registered: { title: '已注册，正在查询通道…', cure: '' },
      'registered-done': { title: '已注册。', cure: '' },
      'registered-quiet': {
        title: '已注册，但还没有上报通道。',
        cure: '摄像机尚未应答目录查询。请检查是否填写了通道编码，以及从网关到摄像机的回程是否畅通（端口不能变化：NAT 之后建议使用 TCP）。',
      },
      'wrong-domain': {
        title: '摄像机填写的域是 {detail}，本平台的域是 {domain}。',
        cure: '目前可以工作，但其他平台会拒绝：请填写本页的域。',
      },
      channels: { title: '{count} 个通道', cure: '' },
      'channels-one': { title: '1 个通道', cure: '' },
      'channels-none': {
        title: '没有通道。',
        cure: '设备没有上报通道。请在其配置页面为通道填写编码（录像机：每个摄像机一个）并保存。',
      },
      'catalog-failed': {
        title: '没有应答目录查询。',
        cure: '从网关到摄像机的路径被阻断，或摄像机繁忙。请检查防火墙和 NAT（建议使用 TCP），然后在“设备”中重新查询。',
      },
      unregistered: { title: '已注销。', cure: '摄像机关闭了 GB28181，或正在重启。' },
      'keepalive-missed': {
        title: '失去联系：没有收到心跳。',
        cure: '摄像机断电或断网，或心跳周期远大于 60 秒。请检查其心跳周期。',
      },
      'registration-expired': {
        title: '注册已过期。',
        cure: '摄像机没有续期。请检查注册有效期（3600 秒）和网络。',
      },
      'connection-lost': {
        title: 'TCP 连接中断。',
        cure: '网络稳定后会自动恢复。如防火墙会断开空闲连接，请缩短心跳周期。',
      },
      deleted: { title: '已在此删除。', cure: '' },
    },
    other: { title: '{detail}', cure: '' },
    picture: {
      trying: '正在请求画面…',
      came: '{seconds} 秒出图',
      try: '试取画面',
      again: '重试',
      watch: '观看',
      waiting: { title: '媒体已到达，但没有关键帧。', cure: '请缩短摄像机的 I 帧间隔（不超过两秒）。' },
      failed: {
        no_media: {
          title: '摄像机已应答，但没有媒体到达。',
          cure: '请在沿途防火墙中放行网关的媒体端口（UDP 和 TCP）；位于 NAT 之后时请用 --advertise 启动。',
        },
        invite_timeout: {
          title: '摄像机没有应答呼叫。',
          cure: '从网关到摄像机的路径被阻断，或摄像机繁忙。NAT 之后建议使用 TCP。',
        },
        invite_rejected: {
          title: '摄像机拒绝了呼叫：{detail}',
          cure: '请检查其通道编码；若一直拒绝，请重启摄像机。',
        },
        device_busy: { title: '摄像机忙。', cure: '已达到其最大取流数：请停止其他地方的观看。' },
        device_offline: { title: '摄像机离线。', cure: '请等待它重新注册。' },
        port_exhausted: { title: '网关没有空闲的媒体端口。', cure: '请扩大 --media-ports。' },
      },
      failedOther: { title: '没有画面：{detail}', cure: '' },
    },
    failedToLoad: '无法读取这些值。',
    retry: '重试',
  },
};
