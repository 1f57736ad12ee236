/** `npm run docs`: writes docs/configuration.md from the schema that also validates the configuration. */
import { writeFileSync } from 'node:fs';
import { configurationPage } from '../src/cli/settings-help.ts';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage());
