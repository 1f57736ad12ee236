/**
 * The foreign judges of the tests: programs of the system, not of npm. Missing ones are installed with apt when that is
 * possible (root, or sudo without a password); otherwise one sentence names the packages, and the status is 1.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** program → Debian package */
const NEEDED = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  chromium: 'chromium',
  tshark: 'tshark',
  sipp: 'sip-tester',
  openssl: 'openssl',
};

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const missing = () => [
  ...new Set(
    Object.keys(NEEDED)
      .filter((p) => !isOnPath(p))
      .map((p) => NEEDED[p]),
  ),
];

function apt(...args) {
  // tshark's installer asks whether everyone may capture; the tests only read files.
  const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
  if (process.getuid?.() !== 0) command.unshift('sudo', '-n');
  return spawnSync(command[0], command.slice(1), { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

let packages = missing();
if (packages.length > 0 && isOnPath('apt-get') && (process.getuid?.() === 0 || isOnPath('sudo'))) {
  console.error(`Installing what the tests need: ${packages.join(' ')}`);
  apt('update', '-q');
  apt('install', '-y', '-q', '--no-install-recommends', ...packages);
  packages = missing();
}
if (packages.length > 0) {
  console.error(`The tests need these system packages, which could not be installed: ${packages.join(' ')}`);
  process.exit(1);
}
