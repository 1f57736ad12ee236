/** `npm run docs`: writes docs/configuration.md from the schema that also validates the configuration, and docs/compatibility.md from the tests. */
import { writeFileSync } from 'node:fs';
import { configurationPage } from '../src/cli/settings-help.ts';
import { compatibilityPage } from '../test/compatibility/page.ts';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage());
writeFileSync(new URL('../docs/compatibility.md', import.meta.url), compatibilityPage());
