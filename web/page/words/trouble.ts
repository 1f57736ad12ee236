import type { Language } from '../language.ts';

/** "Why is there no picture?": every problem of a pull in a sentence, and what helps. Pure: no DOM. */
export interface TroubleWords {
  readonly whyNoPicture: string;
  /** Heads the steps of a pull that takes its time. */
  readonly underWay: string;
  readonly cure: string;
  readonly toDevice: string;
  /** By the problem's code, or by the name of the closing. */
  readonly problems: Readonly<Record<string, { readonly sentence: string; readonly cure: string }>>;
}

export const troubleWords: Readonly<Record<Language, TroubleWords>> = {
  en: {
    whyNoPicture: 'Why is there no picture?',
    underWay: 'It takes longer than usual. So far:',
    cure: 'What helps:',
    toDevice: 'More about this device',
    problems: {
      device_offline: {
        sentence: 'The device is not registered, or does not answer.',
        cure: 'Check its power and network, and the platform settings in its GB/T 28181 form. It plays by itself when it is back.',
      },
      device_busy: {
        sentence: 'The device serves no more streams.',
        cure: 'Close other viewers of this device (its own app, another platform), or ask for its sub-stream.',
      },
      invite_rejected: {
        sentence: 'The device refused to send.',
        cure: 'If it refused the sub-stream, switch that on in the device or watch the main stream. Else check that the channel id is the one in the device’s form.',
      },
      invite_timeout: {
        sentence: 'The device did not answer the call.',
        cure: 'It may be restarting or have lost its registration: wait a minute. If that does not help, restart it, and look whether a firewall lets its SIP port through.',
      },
      no_media: {
        sentence: 'The device took the call but its pictures do not arrive.',
        cure: 'Look whether the media ports of this gateway are open in firewalls and forwarded by NAT, and whether the advertised address is one that the device can reach; then try another transport in the device’s settings.',
      },
      port_exhausted: {
        sentence: 'The gateway has no media port left.',
        cure: 'Stop streams that nobody watches, or give the gateway more ports (--media-ports).',
      },
      too_many_streams: {
        sentence: 'The gateway serves as many streams as it may.',
        cure: 'Stop streams that nobody watches.',
      },
      channel_not_found: {
        sentence: 'The device has no such channel any more.',
        cure: 'Ask the device for its catalogue again, on its page.',
      },
      device_not_found: {
        sentence: 'The gateway does not know this device.',
        cure: 'It may have been deleted. It comes back when it registers.',
      },
      shutting_down: {
        sentence: 'The gateway is shutting down.',
        cure: 'It plays by itself when the gateway is back.',
      },
      too_slow: {
        sentence: 'This connection is too slow for the stream.',
        cure: 'Watch the sub-stream, or fewer cameras at once.',
      },
      lost: {
        sentence: 'The connection to the gateway broke.',
        cure: 'Check the network between this browser and the gateway; a reverse proxy must pass WebSockets on.',
      },
    },
  },
  zh: {
    whyNoPicture: '为什么没有画面？',
    underWay: '比平常慢，目前进展：',
    cure: '解决办法：',
    toDevice: '查看该设备',
    problems: {
      device_offline: {
        sentence: '设备未注册，或没有应答。',
        cure: '请检查设备的电源、网络及其 GB/T 28181 平台接入设置；恢复后会自动播放。',
      },
      device_busy: {
        sentence: '设备已达到其最大取流数。',
        cure: '请关闭该设备的其他观看者（自带客户端、其他平台），或改看子码流。',
      },
      invite_rejected: {
        sentence: '设备拒绝发送。',
        cure: '若拒绝的是子码流，请在设备中启用子码流或改看主码流；否则请核对设备表单中的通道编号。',
      },
      invite_timeout: {
        sentence: '设备没有应答呼叫。',
        cure: '设备可能正在重启或已掉线，请稍等一分钟；若仍无画面，请重启设备，并检查防火墙是否放行其 SIP 端口。',
      },
      no_media: {
        sentence: '设备已应答，但画面没有到达。',
        cure: '请检查网关的媒体端口是否在防火墙和 NAT 中放行，对外通告的地址设备能否访问；也可在设备设置中更换传输方式。',
      },
      port_exhausted: {
        sentence: '网关没有空闲的媒体端口。',
        cure: '请停止无人观看的码流，或增加媒体端口（--media-ports）。',
      },
      too_many_streams: { sentence: '网关的码流数已达上限。', cure: '请停止无人观看的码流。' },
      channel_not_found: { sentence: '设备已没有该通道。', cure: '请在设备页面重新获取目录。' },
      device_not_found: { sentence: '网关不认识该设备。', cure: '设备可能已被删除，重新注册后会出现。' },
      shutting_down: { sentence: '网关正在关闭。', cure: '网关恢复后会自动播放。' },
      too_slow: { sentence: '网络太慢，跟不上该码流。', cure: '请改看子码流，或减少同时观看的画面。' },
      lost: {
        sentence: '与网关的连接已断开。',
        cure: '请检查浏览器与网关之间的网络；反向代理必须转发 WebSocket。',
      },
    },
  },
};
