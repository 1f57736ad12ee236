import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import type { SipRequest } from '../../src/sip/wire/message.ts';
import { ScriptedDevice } from '../sip/scripted-device.ts';
import { type RunningGateway, runGateway, SIP_PASSWORD, TOKEN, until } from '../support/gbgate.ts';
import { gbgateCommand } from '../support/program.ts';

const DEVICE = '34020000001320000001';
const CHANNEL = '34020000001310000001';
/** How wrong the clock of the device is. */
const SLOW_SECONDS = 7230;

/** What the device answers to the questions of the platform; it refuses calls. */
function behave(device: ScriptedDevice): void {
  device.onRequest = (request) => {
    device.reply(request, request.method === 'INVITE' ? 486 : 200);
    const body = Buffer.from(request.body).toString('latin1');
    const sn = /<SN>(\d+)<\/SN>/.exec(body)?.[1];
    const head = (type: string) =>
      `<?xml version="1.0"?><Response><CmdType>${type}</CmdType><SN>${sn}</SN><DeviceID>${DEVICE}</DeviceID>`;
    if (body.includes('<CmdType>Catalog</CmdType>')) {
      const item = `<Item><DeviceID>${CHANNEL}</DeviceID><Name>Door</Name><Status>ON</Status></Item>`;
      device.tell(`${head('Catalog')}<SumNum>1</SumNum><DeviceList Num="1">${item}</DeviceList></Response>`);
    }
    if (body.includes('<CmdType>DeviceStatus</CmdType>')) {
      // Beijing time, as devices say it
      const time = new Date(Date.now() + (8 * 3600 - SLOW_SECONDS) * 1000).toISOString().slice(0, 19);
      const fields = `<Result>OK</Result><Online>ONLINE</Online><Status>OK</Status><DeviceTime>${time}</DeviceTime>`;
      device.tell(`${head('DeviceStatus')}${fields}</Response>`);
    }
  };
}

async function doctor(gateway: RunningGateway, ...args: string[]) {
  const child = spawn(process.execPath, gbgateCommand('doctor', '--url', gateway.http, '--token', TOKEN, ...args), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const [status] = (await once(child, 'close')) as [number];
  return { stdout, status };
}

describe('the doctor and a device', { timeout: 120_000 }, () => {
  const gateways: RunningGateway[] = [];
  const devices: ScriptedDevice[] = [];
  after(async () => {
    for (const device of devices) device.close();
    for (const gateway of gateways) await gateway.stop();
  });

  /** A device at a gateway, and the INVITE it got. */
  async function called(
    args: string[],
  ): Promise<{ gateway: RunningGateway; device: ScriptedDevice; invite: SipRequest }> {
    const gateway = await runGateway({ args });
    gateways.push(gateway);
    const device = await ScriptedDevice.udp(DEVICE, gateway.sipPort);
    devices.push(device);
    behave(device);
    assert.equal((await device.register(SIP_PASSWORD)).status, 200);
    await until('its channel', async () => {
      const { body } = await gateway.api('GET', `/api/v1/devices/${DEVICE}/channels`);
      return body?.items?.length === 1;
    });
    const pull = gateway.api('POST', `/api/v1/devices/${DEVICE}/channels/${CHANNEL}/live?waitSeconds=5`, {});
    const invite = await device.untilRequest('INVITE');
    await pull;
    return { gateway, device, invite };
  }

  /** What really stood in the INVITE. */
  function stood(invite: SipRequest) {
    const sdp = Buffer.from(invite.body).toString('latin1');
    return {
      via: /^SIP\/2\.0\/UDP ([^;\s]+)/.exec(invite.headers.get('Via') ?? '')?.[1],
      contact: /<([^>]+)>/.exec(invite.headers.get('Contact') ?? '')?.[1],
      origin: /^o=\S+ \S+ \S+ IN IP4 (\S+)/m.exec(sdp)?.[1],
      connection: /^c=IN IP4 (\S+)/m.exec(sdp)?.[1],
    };
  }

  for (const [what, args, host] of [
    ['the address that faces it', [], '127.0.0.1'],
    ['the advertised address', ['--advertise', '203.0.113.7:15060'], '203.0.113.7'],
  ] as const) {
    test(`what it says of Via, Contact, o= and c= is what stands there: ${what}`, async () => {
      const { gateway, device, invite } = await called([...args]);
      const { body } = await gateway.api('GET', '/api/v1/system/devices');
      const [told] = body.items;
      const { via, contact, origin, connection } = stood(invite);
      assert.deepEqual({ via: told.via, contact: told.contact, ...told.sdp }, { via, contact, origin, connection });
      assert.equal(connection, host);
      assert.equal(told.source, `127.0.0.1:${device.localPort}`);
      assert.equal(told.clockOffsetSeconds, null);
      const found = await doctor(gateway);
      assert.match(found.stdout, new RegExp(`our Via +${via?.replaceAll('.', '\\.')}\n`));
      assert.match(found.stdout, new RegExp(`o= and c= of our offer +${host}, ${host}\n`));
      // its Contact says 192.168.1.64, its Via 192.0.2.1
      assert.match(found.stdout, /it says +[^\n]*192\.168\.1\.64/);
      assert.match(found.stdout, new RegExp(`! ${DEVICE}: The clock of the device is 2 h( \\d+ s)? slow\\.`));
      assert.match(found.stdout, /its clock minus ours +-7[12]\d\d s/);
      assert.equal(found.status, 1);
      const json = JSON.parse((await doctor(gateway, '--json')).stdout);
      const codes = json.warnings.map((warning: { code: string }) => warning.code);
      assert.ok(codes.includes('device_clock_off') && codes.includes('device_behind_nat'), codes.join());
      assert.ok(!codes.includes('address_unspecified'), 'never 0.0.0.0');
    });
  }
});
