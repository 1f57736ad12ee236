import { type Command, Option } from 'commander';
import { ConfigFile, SETTINGS, type Setting } from './schema.ts';
import { REDIRECT_KEYS, WEBHOOK_KEYS } from './schema-lists.ts';
import { WEBHOOKS_ENV } from './webhook-settings.ts';

/** Gives a command the options of the configuration. */
export function addSettings(command: Command): void {
  command.addOption(new Option('--config <FILE>', 'YAML file; unknown keys are errors [GBGATE_CONFIG]'));
  for (const setting of SETTINGS) {
    if (setting.flag === null) continue;
    const flag = setting.kind === 'boolean' ? `--${setting.flag}` : `--${setting.flag} <${placeholder(setting)}>`;
    command.addOption(new Option(flag, `${helpText(setting)} [${setting.env}]`));
  }
}

function helpText(setting: Setting): string {
  // a terminal opens no links: the file is in `docs`
  const description = setting.schema.description.replace(/\[([\w-]+\.md)\]\(\1\)/g, 'docs/$1');
  if (setting.kind === 'boolean') return setting.flag?.startsWith('no-') ? `do not ${description}` : description;
  return `${description} (default: ${byDefault(setting)})`;
}

function placeholder(setting: Setting): string {
  return setting.schema.enum?.join('|') ?? setting.schema.value ?? setting.name.toUpperCase();
}

function byDefault(setting: Setting): string {
  const value: unknown = setting.schema.default;
  if (Array.isArray(value)) return value.join(',') || 'none';
  return value === undefined ? (setting.schema.otherwise ?? 'none') : String(value);
}

/** The text of `docs/configuration.md`. */
export function configurationPage(): string {
  const lines = [
    '# Configuration',
    '',
    'Every key can be set by an option of `gbgate serve`, by an environment variable, or in the YAML file given by',
    '`--config` (or `GBGATE_CONFIG`). An option wins over the environment, the environment over the file, the file over',
    'the default. Unknown keys are errors. Times are `500ms`, `20s`, `30m`, `2h`, `1d`; a bare number is seconds. Sizes are',
    '`500MB`, `200GB`, `1.5TiB`; a bare number is bytes.',
    '',
  ];
  for (const [group, schema] of Object.entries(ConfigFile.properties)) {
    if (group === 'webhooks') {
      lines.push(...webhooksPart(schema.description ?? ''));
      continue;
    }
    lines.push(
      `## ${group}`,
      '',
      `${schema.description}.`,
      '',
      '| key | option | environment | default | meaning |',
      '| --- | --- | --- | --- | --- |',
    );
    for (const setting of SETTINGS.filter((s) => s.group === group)) {
      const words =
        setting.schema.enum === undefined ? '' : ` (${setting.schema.enum.map((w) => `\`${w}\``).join(', ')})`;
      const option = setting.flag === null ? '' : `\`--${setting.flag}\``;
      const standard = setting.schema.default === undefined ? byDefault(setting) : `\`${byDefault(setting)}\``;
      lines.push(
        `| \`${setting.name}\` | ${option} | \`${setting.env}\` | ${standard} | ${setting.schema.description}${words} |`,
      );
    }
    lines.push('');
    if (group === 'sip') lines.push(...redirectPart());
  }
  return lines.join('\n');
}

/** `sip.redirect` may be a list of rules. */
function redirectPart(): string[] {
  return [
    '`redirect` in the file is a list of rules. The first that fits a device says where it belongs; rules with a `share` divide the',
    'devices that they fit among them. A device that no rule fits is served here. More in [redirect.md](redirect.md).',
    '',
    '| key | meaning |',
    '| --- | --- |',
    ...REDIRECT_KEYS.map((key) => `| \`${key.name}\` | ${key.description} |`),
    '',
  ];
}

/** `webhooks` is a list: its keys have no options and one variable together. */
function webhooksPart(description: string): string[] {
  return [
    '## webhooks',
    '',
    `${description} ([webhooks.md](webhooks.md)): a list with one entry for each of them. \`${WEBHOOKS_ENV}\` takes the same list, as YAML or JSON.`,
    '',
    '| key | meaning |',
    '| --- | --- |',
    ...WEBHOOK_KEYS.map((key) => `| \`${key.name}\` | ${key.description} |`),
    '',
  ];
}
