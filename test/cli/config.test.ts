import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Command } from 'commander';
import { durationMs, readConfig, type ServeConfig } from '../../src/cli/config.ts';
import { SETTINGS } from '../../src/cli/schema.ts';
import { addSettings, configurationPage } from '../../src/cli/settings-help.ts';

const folder = mkdtempSync(join(tmpdir(), 'gbgate-config-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
function file(text: string): string {
  const path = join(folder, `${files++}.yaml`);
  writeFileSync(path, text);
  return path;
}
function good(flags: Record<string, string | boolean>, env: Record<string, string> = {}): ServeConfig {
  const config = readConfig(flags, env);
  assert.ok(!('fault' in config), JSON.stringify(config));
  return config;
}
function fault(flags: Record<string, string | boolean>, env: Record<string, string> = {}): string {
  const config = readConfig(flags, env);
  assert.ok('fault' in config);
  assert.ok(!config.fault.includes('\n'));
  return config.fault;
}

test('sizes: decimal and binary, with a unit or bare', () => {
  const of = (text: string) => good({}, { GBGATE_RECORD_MAX_BYTES: text }).gateway.record.maxBytes;
  assert.deepEqual(['200GB', '1.5TiB', '500M', '64KiB', '3kB'.toUpperCase(), '12345', '7B'].map(of), [
    200e9,
    1.5 * 1024 ** 4,
    500e6,
    65_536,
    3000,
    12_345,
    7,
  ]);
  assert.equal(of('0'), null);
  for (const text of ['lots', '-1', '1PB', '1.GB', '20 GB'])
    assert.match(
      fault({}, { GBGATE_RECORD_MIN_FREE_BYTES: text }),
      /RECORD_MIN_FREE_BYTES must be a size such as 500MB/,
    );
  const fromFile = good({ config: file('record: {keepDays: 30, maxBytes: 5000000, minFreeBytes: 1GiB}') });
  const { keepDays, maxBytes, minFreeBytes } = fromFile.gateway.record;
  assert.deepEqual([keepDays, maxBytes, minFreeBytes], [30, 5e6, 1024 ** 3]);
});

test('every default is the one of the contract', () => {
  assert.deepEqual(good({}), {
    gateway: {
      sip: {
        id: '34020000002000000001',
        domain: '3402000000',
        host: '0.0.0.0',
        port: 5060,
        password: null,
        auth: true,
        digest: ['MD5'],
        note: { mode: 'off', userIdentity: null },
        certificates: null,
        admission: 'open',
        advertise: null,
        redirect: [],
        tls: null,
        timeZone: 'Asia/Shanghai',
      },
      media: {
        host: '0.0.0.0',
        firstPort: 30000,
        lastPort: 31999,
        transport: 'auto',
        pull: 'on-demand',
        lingerMs: 20_000,
        loss: 'deliver',
        stallTimeoutMs: 10_000,
        portHoldOffMs: 90_000,
        selfChannelAfterMs: 2000,
        advertise: null,
      },
      data: './data',
      record: { segmentMs: 1_800_000, preRollMs: 5000, keepDays: null, maxBytes: null, minFreeBytes: 2e9 },
      alarms: { keepDays: 90, maxAlarms: 200_000, maxSnapshots: 20_000 },
      positions: { keepDays: 30, maxPoints: 5_000_000 },
      webhooks: [],
    },
    http: {
      host: '0.0.0.0',
      port: 8080,
      publicUrl: null,
      token: null,
      readToken: null,
      auth: true,
      allowedOrigins: [],
      map: null,
      tls: { cert: null, key: null, selfSigned: false },
    },
    sipTlsPort: null,
    sipCertificates: null,
    logLevel: 'info',
  });
});

test('flag before environment before file before default', () => {
  const config = file('sip: {port: 1, id: "11111111111111111111"}\nhttp: {port: 1, token: f}\nlog:\n');
  const read = good({ config, 'http-port': '3' }, { GBGATE_HTTP_PORT: '2', GBGATE_TOKEN: 'e', GBGATE_SIP_HOST: '' });
  assert.deepEqual([read.http.port, read.http.token, read.gateway.sip.port], [3, 'e', 1]);
  assert.deepEqual([read.gateway.sip.domain, read.gateway.sip.host, read.logLevel], ['1111111111', '0.0.0.0', 'info']);
  assert.equal(good({}, { GBGATE_CONFIG: config }).gateway.sip.port, 1);
});

test('every key has a distinct variable, and file keys reach the configuration', () => {
  assert.equal(new Set(SETTINGS.map((s) => s.env)).size, SETTINGS.length);
  const config = file(
    'media: {loss: wait, stallTimeout: 3, portHoldOff: 500ms}\nhttp: {allowedOrigins: [https://a], readToken: r}',
  );
  const { gateway, http } = good({ config }, { GBGATE_MEDIA_SELF_CHANNEL_AFTER: '1.5s' });
  const { loss, stallTimeoutMs, portHoldOffMs, selfChannelAfterMs } = gateway.media;
  assert.deepEqual([loss, stallTimeoutMs, portHoldOffMs, selfChannelAfterMs], ['wait', 3000, 500, 1500]);
  assert.deepEqual([http.allowedOrigins, http.readToken], [['https://a'], 'r']);
  assert.deepEqual(good({}, { GBGATE_HTTP_ALLOWED_ORIGINS: 'a, b' }).http.allowedOrigins, ['a', 'b']);
});

test('the map under the positions is an address of tiles, whose host can stand in a policy', () => {
  const tiles = 'https://tiles.example:8443/road/{z}/{x}/{y}@2x.png?key=a';
  const read = good({ config: file(`http: {mapTiles: "${tiles}", mapAttribution: "© Example"}`) });
  assert.deepEqual(read.http.map, { tiles, attribution: '© Example', datum: 'wgs84' });
  const shifted = { GBGATE_HTTP_MAP_TILES: tiles, GBGATE_HTTP_MAP_DATUM: 'gcj02' };
  assert.deepEqual(good({}, shifted).http.map, { tiles, attribution: '', datum: 'gcj02' });
  for (const wrong of [
    'https://tiles.example/',
    '/{z}/{x}/{y}',
    'https://a; script-src *//{z}/{x}/{y}',
    'ftp://a/{z}{x}{y}',
  ])
    assert.match(fault({}, { GBGATE_HTTP_MAP_TILES: wrong }), /MAP_TILES must look like https:\/\/HOST\/\{z\}/, wrong);
});

test('authentication is switched off by flag, variable and file', () => {
  assert.equal(good({ 'no-http-auth': true }).http.auth, false);
  assert.equal(good({}, { GBGATE_NO_HTTP_AUTH: '1' }).http.auth, false);
  assert.equal(good({}, { GBGATE_NO_SIP_AUTH: 'false' }).gateway.sip.auth, true);
  assert.equal(good({ config: file('sip: {auth: false}') }).gateway.sip.auth, false);
});

test('hashes of the login, strongest first', () => {
  assert.deepEqual(good({ 'sip-digest': 'MD5,SHA-256' }).gateway.sip.digest, ['SHA-256', 'MD5']);
  assert.deepEqual(good({ config: file('sip: {digest: [SHA-256]}') }).gateway.sip.digest, ['SHA-256']);
  assert.match(fault({ 'sip-digest': 'SHA-1' }), /--sip-digest must/);
});

test('signalling digests are off, looked at or wanted', () => {
  assert.equal(good({ 'sip-note': 'log' }).gateway.sip.note.mode, 'log');
  assert.deepEqual(good({ config: file('sip: {note: enforce, userIdentity: li.lei-police-2}') }).gateway.sip.note, {
    mode: 'enforce',
    userIdentity: 'li.lei-police-2',
  });
  assert.match(fault({ 'sip-note': 'on' }), /--sip-note must be one of off, log, enforce/);
  assert.match(fault({}, { GBGATE_SIP_USER_IDENTITY: 'Li Lei' }), /GBGATE_SIP_USER_IDENTITY must look like USER/);
});

test('a switch that is off by default is turned on by option, environment and file', () => {
  assert.equal(good({ 'tls-self-signed': 'true' }).http.tls.selfSigned, true);
  assert.equal(good({ 'tls-self-signed': true }).http.tls.selfSigned, true);
  assert.equal(good({}, { GBGATE_TLS_SELF_SIGNED: 'true' }).http.tls.selfSigned, true);
  assert.equal(good({ config: file('http: {tlsSelfSigned: true}') }).http.tls.selfSigned, true);
  assert.equal(good({}, { GBGATE_TLS_SELF_SIGNED: 'false' }).http.tls.selfSigned, false);
});

test('a mistake is one sentence that names its place', () => {
  for (const [flags, env, words] of [
    [{ 'sip-port': 'x' }, {}, /^--sip-port must be a whole number from 0 to 65535\.$/],
    [{ 'sip-port': '65536' }, {}, /^--sip-port must/],
    [{ 'sip-port': '-1' }, {}, /^--sip-port must/],
    [{}, { GBGATE_SIP_PORT: '5060.5' }, /^GBGATE_SIP_PORT must/],
    [{ 'sip-tls-port': '5061' }, {}, /--sip-tls-port\) needs a certificate/],
    [{ 'sip-id': '123' }, {}, /^--sip-id must have 20 digits/],
    [{ pull: 'never' }, {}, /^--pull must be one of on-demand, on-register/],
    [{ linger: '20 parsecs' }, {}, /^--linger must be a time such as/],
    [{ linger: '-5s' }, {}, /^--linger must be a time such as/],
    [{ 'media-ports': '30000' }, {}, /^--media-ports must look like FIRST-LAST/],
    [{ 'media-ports': '40000-30000' }, {}, /media ports 40000-30000/],
    [{ 'media-ports': '60000-70000' }, {}, /media ports 60000-70000/],
    [{ 'record-segment': '0' }, {}, /record\.segment .*at least 1s/],
    [{ 'time-zone': 'Mars/Base' }, {}, /time zone Mars\/Base/],
    [{ 'public-url': 'ftp://x' }, {}, /^--public-url must look like URL/],
    [{}, { GBGATE_NO_HTTP_AUTH: 'perhaps' }, /^GBGATE_NO_HTTP_AUTH must be true or false/],
    [{ config: join(folder, 'none.yaml') }, {}, /none\.yaml cannot be read: ENOENT/],
    [{ config: folder }, {}, /cannot be read: EISDIR/],
    [{ config: file('sip: {prot: 1}') }, {}, /the key sip\.prot is unknown/],
    [{ config: file('spi: {port: 1}') }, {}, /the key spi is unknown/],
    [{ config: file('sip: {port: "1"}') }, {}, /sip\.port must be a whole number/],
    [{ 'sip-digest': 'MD4' }, {}, /^--sip-digest must be one of: MD5, SHA-256, SM3\.$/],
    [{ token: '' }, {}, /^--token must not be empty\.$/],
    [{ config: file('sip: 3') }, {}, /sip must be an object/],
    [{ config: file('[1]') }, {}, /groups of keys/],
    [{ config: file('sip: {port: 1') }, {}, /is not YAML/],
    [{ config: file('http: {tlsCrt: a}') }, {}, /the key http\.tlsCrt is unknown/],
    [{ config: file('webhooks: {url: "https://a"}') }, {}, /webhooks must be a list/],
    [{ config: file('webhooks: [{}]') }, {}, /webhooks\.0 needs "url"/],
    [{ config: file('webhooks: [{url: "ftp://a"}]') }, {}, /webhooks\.0\.url must be an address such as https:/],
    [{ config: file('webhooks: [{url: "http://a:b:c"}]') }, {}, /^webhooks\.0\.url is no address: http:\/\/a:b:c\.$/],
    [{ config: file('webhooks: [{url: "http://u:%zz@a"}]') }, {}, /^webhooks\.0\.url is no address: http:/],
    [{ config: file('webhooks: [{url: "http://a", scret: x}]') }, {}, /the key webhooks\.0\.scret is unknown/],
    [
      { config: file('webhooks: [{url: "http://a", events: [Download]}]') },
      {},
      /webhooks\.0\.events\.0 must be a type/,
    ],
    [
      { config: file('webhooks: [{url: "http://a"}, {url: "http://a", events: [alarm, download.complete]}]') },
      {},
      /^webhooks\.1\.events names download\.complete, but there is no such event\. There are .*download\.completed/,
    ],
    [{ config: file('webhooks: [{url: "http://a", headers: {"X-A": "b\\nc"}}]') }, {}, /webhooks\.0\.headers/],
    [{ config: file(`webhooks: [${'{url: "http://a"},'.repeat(33)}]`) }, {}, /webhooks has more than 32 entries/],
    [{}, { GBGATE_WEBHOOKS: '[{' }, /^GBGATE_WEBHOOKS must be a YAML or JSON list of webhooks\.$/],
    [{}, { GBGATE_WEBHOOKS: '[{"url":"x"}]' }, /^In GBGATE_WEBHOOKS webhooks\.0\.url must be an address/],
  ] as [Record<string, string>, Record<string, string>, RegExp][]) {
    assert.match(fault(flags, env), words);
  }
});

test('webhooks come from the file, or from a variable in its place', () => {
  const config = file(
    'webhooks:\n- {url: "https://a/x", secret: s, events: [download.*, alarm, "*"], headers: {X-Key: k}}\n- url: http://b',
  );
  const fromFile = [
    { url: 'https://a/x', secret: 's', events: ['download.*', 'alarm', '*'], headers: { 'X-Key': 'k' } },
    { url: 'http://b', secret: null, events: null, headers: {} },
  ];
  assert.deepEqual(good({ config }).gateway.webhooks, fromFile);
  assert.deepEqual(good({ config }, { GBGATE_WEBHOOKS: '' }).gateway.webhooks, fromFile);
  const env = { GBGATE_WEBHOOKS: '[{"url":"http://c","events":["stream.ended"]}]' };
  assert.deepEqual(good({ config }, env).gateway.webhooks, [
    { url: 'http://c', secret: null, events: ['stream.ended'], headers: {} },
  ]);
  const page = configurationPage();
  for (const word of ['## webhooks', 'GBGATE_WEBHOOKS', '`url`', '`secret`', '`events`', '`headers`'])
    assert.ok(page.includes(word), word);
});

test('durations', () => {
  for (const [text, ms] of [
    ['500ms', 500],
    ['20s', 20_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1.5', 1500],
    [7, 7000],
  ] as const) {
    assert.equal(durationMs(text), ms);
  }
});

test('help and documentation name every option and key', () => {
  const command = new Command();
  addSettings(command);
  const help = command.helpInformation();
  const page = configurationPage();
  assert.ok(!help.includes(']('), 'a terminal shows no links');
  for (const setting of SETTINGS) {
    if (setting.flag !== null) assert.ok(help.includes(`--${setting.flag}`), setting.flag);
    assert.ok(page.includes(`\`${setting.env}\``) && page.includes(`\`${setting.name}\``), setting.key);
  }
});
