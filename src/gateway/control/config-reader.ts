import type { Directory } from '../../sip/camera/directory.ts';
import { type ConfigAnswer, configQuestion } from '../../sip/manscdp/config-download.ts';
import type { ConfigValue } from '../../sip/manscdp/config-fields.ts';
import type { ConfigType } from '../../sip/manscdp/config-sections.ts';
import type { Question } from '../../sip/manscdp/question.ts';
import type { Clock } from '../clock.ts';
import { isProblem, type Problem } from '../views.ts';
import type { Asked } from './asked.ts';

/** Configuration as far as a device has told it. */
export interface ReadConfig {
  readonly sections: Map<ConfigType, ConfigValue>;
  /** Why a section is not among them. */
  readonly failures: Map<ConfigType, Problem>;
}

export interface ConfigReaderPorts {
  readonly asked: Asked;
  readonly directory: Directory;
  readonly clock: Clock;
}

/** Devices that know no question for several sections are asked for each: that is remembered under this name. */
const SEVERAL = 'ConfigDownload of several sections';
/** Whoever asks for many sections of a device that is slow to say what it has not gets what came until then. */
const PATIENCE_MS = 30_000;
/** After these there is no sense in the next question. */
const FATAL: ReadonlySet<string> = new Set(['device_not_found', 'device_offline', 'shutting_down', 'rate_limited']);

/** Reads sections of configurations: together as the standard has it, and each by itself where a device cannot do that. */
export class ConfigReader {
  readonly #ports: ConfigReaderPorts;

  constructor(ports: ConfigReaderPorts) {
    this.#ports = ports;
  }

  async read(
    deviceId: string,
    channelId: string | null,
    types: readonly ConfigType[],
    o: { readonly force: boolean },
  ): Promise<ReadConfig> {
    const { clock } = this.#ports;
    const untilMs = clock.nowMs() + PATIENCE_MS;
    const config: ReadConfig = { sections: new Map(), failures: new Map() };
    const open = types.filter((type) => o.force || !this.#isKnown(deviceId, nameOf(type)));
    if (open.length > 1) {
      const said = await this.#ask(deviceId, channelId, SEVERAL, open, o);
      if (isProblem(said) && FATAL.has(said.problem)) return failed(config, types, said);
      if (!isProblem(said)) keep(config, said.answer);
    }
    for (const type of types) {
      if (config.sections.has(type)) continue;
      if (clock.nowMs() >= untilMs) {
        config.failures.set(type, {
          problem: 'device_timeout',
          detail: `The device ${deviceId} is too slow with its configuration: ask for ${type} alone.`,
        });
        continue;
      }
      const problem = await this.#one(deviceId, channelId, type, config, o);
      if (problem === null) continue;
      config.failures.set(type, problem);
      if (FATAL.has(problem.problem)) return failed(config, types, problem);
    }
    return config;
  }

  async #one(
    deviceId: string,
    channelId: string | null,
    type: ConfigType,
    config: ReadConfig,
    o: { readonly force: boolean },
  ): Promise<Problem | null> {
    const said = await this.#ask(deviceId, channelId, nameOf(type), [type], o);
    if (isProblem(said)) return said;
    keep(config, said.answer);
    if (config.sections.has(type)) return null;
    if (said.answer.result === 'ERROR')
      return { problem: 'device_error', detail: `The device ${deviceId} answered ${nameOf(type)} with ERROR.` };
    // the standard has no word for a section that a device has not: it is missing
    return this.#ports.asked.cannot(deviceId, nameOf(type));
  }

  #ask(
    deviceId: string,
    channelId: string | null,
    what: string,
    types: readonly ConfigType[],
    o: { readonly force: boolean },
  ): Promise<{ readonly answer: ConfigAnswer } | Problem> {
    const { asked } = this.#ports;
    const question = (targetId: string): Question<ConfigAnswer> => configQuestion(targetId, types);
    return channelId === null
      ? asked.ask(deviceId, what, question(deviceId), o)
      : asked.askChannel(deviceId, channelId, what, question, o);
  }

  #isKnown(deviceId: string, what: string): boolean {
    return this.#ports.directory.device(deviceId)?.profile.notSupported?.includes(what) === true;
  }
}

function nameOf(type: ConfigType): string {
  return `ConfigDownload ${type}`;
}

function keep({ sections }: ReadConfig, answer: ConfigAnswer): void {
  for (const [type, value] of answer.sections) sections.set(type, value);
}

function failed(config: ReadConfig, types: readonly ConfigType[], problem: Problem): ReadConfig {
  for (const type of types) if (!config.sections.has(type)) config.failures.set(type, problem);
  return config;
}
