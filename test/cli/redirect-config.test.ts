import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readConfig } from '../../src/cli/config.ts';
import { configurationPage } from '../../src/cli/settings-help.ts';

const folder = mkdtempSync(join(tmpdir(), 'gbgate-config-'));
after(() => rmSync(folder, { recursive: true }));

function read(flags: Record<string, string>, yaml?: string) {
  const path = join(folder, 'gbgate.yaml');
  if (yaml !== undefined) writeFileSync(path, yaml);
  const config = readConfig({ ...flags, ...(yaml === undefined ? {} : { config: path }) }, {});
  return 'fault' in config ? config.fault : config.gateway.sip.redirect;
}

const OPEN = { devices: [], networks: [], share: null, maxDevices: null, fromLoad: null };

test('one target by option, with our own id unless it has another', () => {
  assert.deepEqual(read({ 'sip-redirect': '10.0.0.12:5062' }), [
    { ...OPEN, target: { id: '34020000002000000001', host: '10.0.0.12', port: 5062 } },
  ]);
  assert.deepEqual(read({ 'sip-redirect': '34020000002000000002@[fd00::1]:5060' }), [
    { ...OPEN, target: { id: '34020000002000000002', host: 'fd00::1', port: 5060 } },
  ]);
  assert.deepEqual(read({}), []);
});

test('rules in the file, in their order', () => {
  const yaml = `
sip:
  redirect:
    - {id: "34020000002000000002", host: a.example, port: 5061, devices: ["3402000000111*"], networks: [10.1.0.0/16], maxDevices: 500}
    - {share: 1, fromLoad: 100}
    - {host: 10.0.0.3, share: 2.5}
`;
  assert.deepEqual(read({}, yaml), [
    {
      ...OPEN,
      target: { id: '34020000002000000002', host: 'a.example', port: 5061 },
      devices: ['3402000000111*'],
      networks: ['10.1.0.0/16'],
      maxDevices: 500,
    },
    { ...OPEN, target: null, share: 1, fromLoad: 100 },
    { ...OPEN, target: { id: '34020000002000000001', host: '10.0.0.3', port: 5060 }, share: 2.5 },
  ]);
});

test('a mistake is one sentence that names its place', () => {
  for (const [flags, yaml, words] of [
    [{ 'sip-redirect': '10.0.0.1' }, undefined, /^--sip-redirect must look like \[ID@\]HOST:PORT\.$/],
    [{ 'sip-redirect': '10.0.0.1:70000' }, undefined, /--sip-redirect.* needs a port from 1 to 65535, not 70000/],
    [{}, 'sip: {redirect: [{hots: a}]}', /the key sip\.redirect\.0\.hots is unknown/],
    [{}, 'sip: {redirect: [{host: a, port: 0}]}', /^sip\.redirect\.0 needs a port/],
    [{}, 'sip: {redirect: [{host: a}, {networks: [10.0.0.0/40]}]}', /^sip\.redirect\.1\.networks has 10\.0\.0\.0\/40/],
    [{}, 'sip: {redirect: [{host: a, share: 0}]}', /sip\.redirect\.0\.share must be > 0/],
    [{}, 'sip: {redirect: {host: a}}', /sip\.redirect must be a list/],
    [{}, 'sip: {redirect: [{host: a, id: "1"}]}', /sip\.redirect\.0\.id must be 20 digits/],
  ] as const) {
    const fault = read(flags, yaml);
    assert.match(String(fault), words);
  }
});

test('the documentation names every key of a rule', () => {
  const page = configurationPage();
  for (const key of ['id', 'host', 'port', 'devices', 'networks', 'share', 'maxDevices', 'fromLoad'])
    assert.match(page, new RegExp(`\\| \`${key}\` \\| `));
});
