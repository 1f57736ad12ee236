/** The warnings in English: for the API, the log and `gbgate doctor`. The page has its own table, in both languages. */

/** Stable names of warnings; the page has a sentence for each in both languages. */
export type WarningCode =
  | 'address_unspecified'
  | 'address_loopback'
  | 'address_private_across_nat'
  | 'address_hairpin'
  | 'address_is_name'
  | 'address_not_ours'
  | 'device_behind_nat'
  | 'port_in_use'
  | 'ports_exhausted'
  | 'ports_occupied'
  | 'receive_buffer_small'
  | 'clock_unsynchronized'
  | 'clock_off'
  | 'device_clock_off'
  | 'disk_full'
  | 'disk_low'
  | 'disk_unknown'
  | 'retention_failing'
  | 'retention_stuck'
  | 'recording_not_running'
  | 'loop_late'
  | 'webhook_failing'
  | 'ffmpeg_missing';

/** What a sentence speaks of. */
export type Values = Readonly<Record<string, string | number>>;

type Words = (v: Values) => string;

const WORDS: Readonly<Record<WarningCode, readonly [sentence: Words, cure: Words]>> = {
  address_unspecified: [
    (v) => `Devices would be told to send to ${v.host}, which is no address.`,
    () => 'Set --advertise to the address by which the cameras reach this machine.',
  ],
  address_loopback: [
    (v) => `A device at ${v.source} is told to send to ${v.host}, which is the device itself.`,
    (v) => `Set ${option(v)} to the address by which it reaches this machine.`,
  ],
  address_private_across_nat: [
    (v) => `A device at ${v.source} is told to send to ${v.host}, a private address it cannot reach from there.`,
    (v) => `Set ${option(v)} to the public address of this site, and forward SIP and the media ports to this machine.`,
  ],
  address_hairpin: [
    (v) =>
      `A device at ${v.source} is in this machine’s own network, but is told to send to the public address ${v.host}.`,
    (v) => `Many routers do not turn such packets round: leave ${option(v)} unset, or let the router do hairpin NAT.`,
  ],
  address_is_name: [
    (v) => `${v.option} is the name ${v.host}; many cameras cannot look up names.`,
    (v) => `Set ${v.option} to an IP address.`,
  ],
  address_not_ours: [
    (v) => `${v.option} is ${v.host}, which is no address of this machine.`,
    () => 'That is right behind a router or in a container that forwards to it; else correct it.',
  ],
  device_behind_nat: [
    (v) => `${upper(String(v.detail))}.`,
    () => 'Nothing to do: requests go to where its packets come from. If no picture comes, use TCP or set --advertise.',
  ],
  port_in_use: [
    (v) => `Port ${v.port} (${v.name}) is held by another program.`,
    () => 'Stop that program (ss -lntup shows it), or choose another port.',
  ],
  ports_exhausted: [
    (v) => `${v.free} of ${v.total} media ports are free: no further stream can start.`,
    () => 'Widen --media-ports: two ports for each stream.',
  ],
  ports_occupied: [
    (v) => `${v.occupied} of ${v.total} media ports are held by other programs.`,
    () => 'Choose a range for --media-ports that lies outside net.ipv4.ip_local_port_range and of other servers.',
  ],
  receive_buffer_small: [
    (v) =>
      `The system gives at most ${kib(v.bytes)} of receive buffer; ${kib(v.wantedBytes)} are wanted. Bursts of packets get lost.`,
    (v) => `sudo sysctl -w net.core.rmem_max=${v.wantedBytes}, and the same line in /etc/sysctl.d/.`,
  ],
  clock_unsynchronized: [
    () => 'The clock of this machine is not synchronised.',
    () => 'Switch on NTP: sudo timedatectl set-ntp true.',
  ],
  clock_off: [
    (v) => `The clock of this machine is ${span(v.seconds)} against that of ${v.devices} devices.`,
    () => 'Switch on NTP here: sudo timedatectl set-ntp true.',
  ],
  device_clock_off: [
    (v) => `The clock of the device is ${span(v.seconds)}.`,
    () => 'Switch on NTP in the device, or let it take the time of the platform (GB/T 28181 9.10).',
  ],
  disk_full: [
    (v) => `${mib(v.freeBytes)} are free in ${v.path}: recordings stop.`,
    () => 'Delete recordings, or put --data on a larger disk.',
  ],
  disk_low: [
    (v) =>
      `${mib(v.freeBytes)} are free in ${v.path}${v.hours === undefined ? '' : `, enough for ${v.hours} h at the present rate`}.`,
    () => 'Delete recordings, or put --data on a larger disk.',
  ],
  disk_unknown: [
    () => 'The data folder cannot be looked at.',
    () => 'Check that the folder of --data exists and may be written by the user that runs gbgate.',
  ],
  retention_failing: [
    (v) => `Old recordings cannot be deleted: ${v.error}.`,
    () => 'Give the user that runs gbgate the right to delete in the data folder.',
  ],
  retention_stuck: [
    (v) =>
      `${v.reason === 'bytes' ? `Recordings take ${mib(v.missingBytes)} more than they may` : `${mib(v.missingBytes)} less than wanted are free`}, and everything left is locked (${mib(v.lockedBytes)}), being read or being written.`,
    () => 'Unlock or delete recordings, raise record.maxBytes, or put --data on a larger disk.',
  ],
  recording_not_running: [
    (v) => `Channel ${v.channelId} should be recorded and is not: ${v.detail}`,
    () => 'The gateway tries again by itself; the page of the device shows why its stream does not come.',
  ],
  loop_late: [
    (v) => `The process is late: 1 % of its turns waited ${v.p99Ms} ms or more in the last minute.`,
    () => 'Give it a core of its own, or pull fewer streams: packets get lost while it is late.',
  ],
  webhook_failing: [
    (v) => `The webhook ${v.url} does not take events (${v.error}); ${v.waiting} wait for it.`,
    () => 'Repair the receiver; GET /api/v1/webhooks/deliveries shows each attempt. Nothing is lost for a day.',
  ],
  ffmpeg_missing: [
    () => 'ffmpeg is not installed: there are no snapshots and no thumbnails.',
    () => 'Install it (apt install ffmpeg); live pictures and recordings do not need it.',
  ],
};

/** What is wrong, in one sentence. */
export function sentenceOf(code: WarningCode, values: Values): string {
  return WORDS[code][0](values);
}

/** What helps, in one sentence. */
export function cureOf(code: WarningCode, values: Values): string {
  return WORDS[code][1](values);
}

function option(v: Values): string {
  return v.option === 'advertise' ? '--advertise' : String(v.option);
}

function kib(bytes: unknown): string {
  return `${Math.round(Number(bytes) / 1024)} KiB`;
}

function mib(bytes: unknown): string {
  const value = Number(bytes) / 1024 ** 2;
  return value < 10_240 ? `${Math.round(value)} MiB` : `${Math.round(value / 1024)} GiB`;
}

/** `95` → `1 min 35 s fast`. */
function span(value: unknown): string {
  const seconds = Math.abs(Number(value));
  const words = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const said = words.filter(([count]) => count > 0).slice(0, 2);
  return `${said.map(([count, unit]) => `${count} ${unit}`).join(' ')} ${Number(value) < 0 ? 'slow' : 'fast'}`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
