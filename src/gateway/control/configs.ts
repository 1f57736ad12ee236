import { editionSpoken, formsFor } from '../../sip/editions.ts';
import type { ConfigValue } from '../../sip/manscdp/config-fields.ts';
import { CONFIG_SECTIONS, type ConfigSection, type ConfigType } from '../../sip/manscdp/config-sections.ts';
import { deviceConfig } from '../../sip/manscdp/device-config.ts';
import type { Question } from '../../sip/manscdp/question.ts';
import { isProblem, type Problem } from '../views.ts';
import { changed, counted, faultIn, lackOf, requiredOf } from './config-change.ts';
import { ConfigReader, type ConfigReaderPorts, type ReadConfig } from './config-reader.ts';
import { ConfigRestarts, type RestartWatch } from './config-restarts.ts';

/** Sections by the standard's name. */
export type ConfigView = Readonly<Record<string, ConfigValue>>;

/** How devices and channels are set up. `channelId` null: the device as a whole. */
export interface ConfigsDesk {
  /** Reads these sections now, or all that the edition of the device has. Sections that it has not are absent, unless it has none. */
  read(
    deviceId: string,
    channelId: string | null,
    types: readonly string[] | null,
    o: { force: boolean },
  ): Promise<{ readonly config: ConfigView } | Problem>;
  /**
   * Changes sections: what is left out stays. Answers them as they were written. `confirmed` false: the device said nothing and
   * registered anew, as some do after they have applied it (PTZ-8).
   */
  change(
    deviceId: string,
    channelId: string | null,
    change: Readonly<Record<string, unknown>>,
    o: { force: boolean },
  ): Promise<{ readonly config: ConfigView; readonly confirmed: boolean } | Problem>;
}

export interface ConfigsPorts extends ConfigReaderPorts {
  missing(deviceId: string, channelId: string): Problem | null;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
}

/** One section, as it shall be. */
interface Writing {
  readonly section: ConfigSection;
  readonly value: ConfigValue;
}

export class Configs implements ConfigsDesk {
  readonly #ports: ConfigsPorts;
  readonly #reader: ConfigReader;
  readonly #restarts: ConfigRestarts;

  constructor(ports: ConfigsPorts) {
    this.#ports = ports;
    this.#reader = new ConfigReader(ports);
    this.#restarts = new ConfigRestarts(ports.clock);
  }

  async read(
    deviceId: string,
    channelId: string | null,
    types: readonly string[] | null,
    o: { force: boolean },
  ): Promise<{ readonly config: ConfigView } | Problem> {
    const missing = this.#missing(deviceId, channelId);
    if (missing !== null) return missing;
    const edition = this.#edition(deviceId);
    const wanted = CONFIG_SECTIONS.filter(({ type, editions }) =>
      types === null ? editions.includes(edition) : types.includes(type),
    ).map(({ type }) => type);
    const read = await this.#reader.read(deviceId, channelId, wanted, o);
    const config = wanted.flatMap((type) => {
      const value = read.sections.get(type);
      return value === undefined ? [] : [[type, value] as const];
    });
    const [failure] = read.failures.values();
    return config.length === 0 && failure !== undefined ? failure : { config: Object.fromEntries(config) };
  }

  async change(
    deviceId: string,
    channelId: string | null,
    change: Readonly<Record<string, unknown>>,
    o: { force: boolean },
  ): Promise<{ readonly config: ConfigView; readonly confirmed: boolean } | Problem> {
    const fault = faultIn(change, 'body') ?? this.#unwritable(change);
    if (fault !== null) return { problem: 'bad_request', detail: fault };
    const missing = this.#missing(deviceId, channelId);
    if (missing !== null) return missing;
    // two changes at once would each write what the other one has not read
    const watch = this.#restarts.watch(deviceId);
    if (watch === null)
      return {
        problem: 'device_busy',
        detail: `The configuration of the device ${deviceId} is being changed now: try again when that is done.`,
      };
    try {
      const writings = await this.#writings(deviceId, channelId, change as ConfigView, o);
      if (isProblem(writings)) return writings;
      let confirmed = true;
      for (const [index, { section, value }] of writings.entries()) {
        const said = await this.#write(deviceId, channelId, section.type, value, watch, o);
        if (said === 'unknown') confirmed = false;
        else if (said !== 'OK') return afterOthers(said, writings.slice(0, index));
      }
      const written = writings.map(({ section, value }) => [
        section.type,
        shown(section, counted(section.field, value)),
      ]);
      return { config: Object.fromEntries(written), confirmed };
    } finally {
      watch.end();
    }
  }

  /** The device has registered: perhaps it applied what it was told. */
  registered(deviceId: string): void {
    this.#restarts.registered(deviceId);
  }

  close(): void {
    this.#restarts.close();
  }

  #missing(deviceId: string, channelId: string | null): Problem | null {
    if (channelId !== null) return this.#ports.missing(deviceId, channelId);
    if (this.#ports.directory.device(deviceId) !== undefined) return null;
    return { problem: 'device_not_found', detail: `There is no device ${deviceId}.` };
  }

  #unwritable(change: Readonly<Record<string, unknown>>): string | null {
    const names = Object.keys(change);
    if (names.length === 0) return 'The body names no section.';
    const wrong = names.find((name) => CONFIG_SECTIONS.find(({ type }) => type === name)?.write === 'never');
    if (wrong !== undefined) return `${wrong} can only be read.`;
    const unknown = names.find((name) => !CONFIG_SECTIONS.some(({ type }) => type === name));
    return unknown === undefined ? null : `There is no section ${unknown}.`;
  }

  /** What is to be written, whole where the standard wants it whole: for that it is read before. */
  async #writings(
    deviceId: string,
    channelId: string | null,
    change: ConfigView,
    o: { force: boolean },
  ): Promise<readonly Writing[] | Problem> {
    const isNew = formsFor(this.#ports.directory.device(deviceId)).changesPartly;
    // the registration parameters come last: a device may restart by them
    const sections = CONFIG_SECTIONS.filter(({ type }) => Object.hasOwn(change, type)).reverse();
    const isRead = ({ field, write }: ConfigSection): boolean =>
      field.fields !== undefined && (write === 'whole' || (write === 'given' && !isNew));
    const types = sections.filter(isRead).map(({ type }) => type);
    const none: ReadConfig = { sections: new Map(), failures: new Map() };
    const read = types.length === 0 ? none : await this.#reader.read(deviceId, channelId, types, o);
    const writings: Writing[] = [];
    for (const section of sections) {
      const { field, type, write } = section;
      const before = read.sections.get(type);
      const value = changed(field, write === 'given' ? requiredOf(field, before) : before, change[type]!);
      const lack = write === 'given' && isNew ? null : lackOf(field, value);
      // what the device does not tell, the change has to say
      if (lack !== null)
        return (
          read.failures.get(type) ?? {
            problem: 'bad_request',
            detail: `${lack} is missing: it has to be written as well.`,
          }
        );
      writings.push({ section, value });
    }
    return writings;
  }

  async #write(
    deviceId: string,
    channelId: string | null,
    type: ConfigType,
    value: ConfigValue,
    watch: RestartWatch,
    o: { force: boolean },
  ): Promise<'OK' | 'unknown' | Problem> {
    const { asked, found } = this.#ports;
    const what = `DeviceConfig ${type}`;
    const question = (targetId: string): Question<'OK' | 'ERROR' | null> => deviceConfig(targetId, type, value);
    watch.begin();
    const wasOnline = this.#ports.directory.device(deviceId)?.online === true;
    const said =
      channelId === null
        ? await asked.ask(deviceId, what, question(deviceId), o)
        : await asked.askChannel(deviceId, channelId, what, question, o);
    const isGone = isProblem(said) && said.problem === 'device_offline' && wasOnline;
    if (isProblem(said) && !isGone) return said;
    if (isGone || (said as { answer: unknown }).answer === null) {
      if (await watch.restarted()) {
        found(deviceId, 'PTZ-8', `it registered anew after ${what} instead of answering`);
        return 'unknown';
      }
      return isProblem(said) ? said : asked.silent(deviceId, what, 'it took it and said nothing');
    }
    if ((said as { answer: unknown }).answer === 'OK') return 'OK';
    return { problem: 'device_error', detail: `The device ${deviceId} answered ${what} with ERROR.` };
  }

  #edition(deviceId: string): string {
    const device = this.#ports.directory.device(deviceId);
    return (device === undefined ? null : editionSpoken(device)) ?? '2016';
  }
}

/** The sections before it have been written. */
function afterOthers(problem: Problem, written: readonly Writing[]): Problem {
  if (written.length === 0) return problem;
  const names = written.map(({ section }) => section.type).join(', ');
  return { ...problem, detail: `${problem.detail} Written before that: ${names}.` };
}

/** Without what is never shown. */
function shown({ field }: ConfigSection, value: ConfigValue): ConfigValue {
  const secrets = new Set((field.fields ?? []).filter(({ kind }) => kind === 'secret').map(({ name }) => name));
  if (secrets.size === 0 || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !secrets.has(name)));
}
