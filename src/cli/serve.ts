import type { Command } from 'commander';
import { openGateway } from '../gateway/gateway.ts';
import { openHttp } from '../http/server.ts';
import { readTls } from '../http/tls-files.ts';
import { openCertificateFolder } from './certificate-folder.ts';
import { readConfig, type ServeConfig } from './config.ts';
import { tuneHeap } from './heap.ts';
import { EXIT_USAGE, type Io, stopAsked } from './io.ts';
import { always, openLog } from './log.ts';
import { addSettings } from './settings-help.ts';

/** A gateway that runs with its HTTP side. */
export interface Running {
  readonly httpPort: number;
  readonly sipPort: number;
  readonly sipTlsPort: number | null;
  /** The administrator's token in force; null: authentication is off. */
  readonly token: string | null;
  readonly sipPassword: string | null;
  /** BYE to devices, files finalised. */
  close(): Promise<void>;
}

/** `gbgate serve`. */
export function addServe(program: Command, io: Io, exit: (status: number) => void): void {
  const command = program
    .command('serve')
    .description('the gateway: SIP server, media receivers, HTTP API, viewer page');
  addSettings(command);
  command.action(async (_options, self: Command) => {
    const config = readConfig(flagsOf(self), io.env);
    exit('fault' in config ? complain(io, config.fault) : await serve(config, io));
  });
}

/** Runs until the process is asked to stop; the answer is the exit status. */
async function serve(config: ServeConfig, io: Io): Promise<number> {
  const running = await start(config, io);
  if ('fault' in running) return complain(io, running.fault);
  if (io.stderr.isTTY === true) io.stderr.write(greeting(config, running));
  await stopAsked(io.signal);
  await running.close();
  return 0;
}

/** Opens the gateway, then its HTTP side; when the second fails, the first is closed again. */
export async function start(config: ServeConfig, io: Io): Promise<Running | { fault: string }> {
  tuneHeap();
  const { log, ring } = openLog(config.logLevel, io.stderr);
  const tls = readTls(config.http.tls, { folder: config.gateway.data, hosts: namesOf(config), epochMs: Date.now() });
  if (tls !== null && 'fault' in tls) return tls;
  const sipTls = tls === null || config.sipTlsPort === null ? null : { port: config.sipTlsPort, ...tls };
  const certificates =
    config.sipCertificates === null
      ? null
      : openCertificateFolder(config.sipCertificates, (sentence) => log.warn({}, sentence));
  if (certificates !== null && 'fault' in certificates) return certificates;
  const gateway = await openGateway(
    { ...config.gateway, sip: { ...config.gateway.sip, tls: sipTls, certificates } },
    log,
  );
  if ('fault' in gateway) {
    certificates?.close();
    return { fault: gateway.fault };
  }
  const token = config.http.auth ? (config.http.token ?? gateway.generated.token) : null;
  const { sip: sipConfig, webhooks } = config.gateway;
  const secrets = [token, config.http.readToken, sipConfig.password, gateway.generated.sipPassword];
  for (const secret of [...secrets, ...webhooks.map((webhook) => webhook.secret)]) ring.conceal(secret);
  const http = await openHttp(gateway, {
    ...config.http,
    token,
    tls,
    version: io.version,
    log: log.child({ part: 'http' }),
    logTail: ring,
  });
  if ('fault' in http) {
    certificates?.close();
    await gateway.close();
    return http;
  }
  // The password of cameras has to be typed into them, so that it is shown; the token never is, in the JSON log.
  const sipPassword = config.gateway.sip.auth ? gateway.generated.sipPassword : null;
  const { id, domain } = config.gateway.sip;
  if (io.stderr.isTTY !== true && sipPassword !== null) {
    log.info(
      { event: 'sip-password', id, domain, password: sipPassword },
      'password for cameras, generated at first start',
    );
  }
  always(log).info({
    event: 'ready',
    http: http.port,
    sip: gateway.sipPort,
    sipTls: gateway.sipTlsPort,
    media: gateway.mediaPorts,
  });
  return {
    httpPort: http.port,
    sipPort: gateway.sipPort,
    sipTlsPort: gateway.sipTlsPort,
    token,
    sipPassword,
    async close() {
      // Viewers hear that we go before their streams end under them.
      await http.close();
      await gateway.close();
      certificates?.close();
    },
  };
}

/** Names by which we are reached that the machine does not know of itself. */
function namesOf({ gateway, http }: ServeConfig): string[] {
  const { advertise } = gateway.sip;
  const told = advertise?.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
  return [
    ...(http.publicUrl === null ? [] : [new URL(http.publicUrl).hostname]),
    ...(told === undefined ? [] : [told]),
  ];
}

/** The page's address as a person opens it. The fragment never reaches a server or its log. */
export function pageAddress(
  host: string,
  port: number,
  token: string | null,
  publicUrl: string | null,
  isSecure = false,
): string {
  const shown = /^(0\.0\.0\.0|::|\[::\])$/.test(host) ? '127.0.0.1' : host;
  const base =
    publicUrl?.replace(/\/+$/, '') ??
    `http${isSecure ? 's' : ''}://${shown.includes(':') && !shown.startsWith('[') ? `[${shown}]` : shown}:${port}`;
  return `${base}/${token === null ? '' : `#token=${encodeURIComponent(token)}`}`;
}

function isSecure({ http }: ServeConfig): boolean {
  return http.tls.cert !== null || http.tls.selfSigned;
}

function greeting(config: ServeConfig, running: Running): string {
  const { sip } = config.gateway;
  const password = running.sipPassword === null ? '' : `, password ${running.sipPassword}`;
  const tls = running.sipTlsPort === null ? '' : `, ${running.sipTlsPort} (TLS)`;
  return [
    '',
    `  page     ${pageAddress(config.http.host, running.httpPort, running.token, config.http.publicUrl, isSecure(config))}`,
    `  cameras  server id ${sip.id}, domain ${sip.domain}, port ${running.sipPort} (UDP and TCP)${tls}${password}`,
    '',
    '',
  ].join('\n');
}

/** One sentence on stderr. */
export function complain(io: Io, sentence: string): number {
  io.stderr.write(`gbgate: ${sentence}\n`);
  return EXIT_USAGE;
}

/** The flags that were really given, by their names without dashes. */
export function flagsOf(command: Command): Record<string, string | boolean> {
  const flags: Record<string, string | boolean> = {};
  for (const option of command.options) {
    if (command.getOptionValueSource(option.attributeName()) !== 'cli') continue;
    const value: unknown = command.getOptionValue(option.attributeName());
    flags[(option.long ?? '').replace(/^--/, '')] = option.negate ? true : String(value);
  }
  return flags;
}
