/** `npm run screenshots`: the picture of the README, taken from the running demo. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launchBrowser, playerFacts, until } from '../test/support/browser.ts';
import { startDemo } from '../test/support/demo.ts';

const target = fileURLToPath(new URL('../docs/page.png', import.meta.url));
const [demo, browser] = await Promise.all([startDemo(), launchBrowser({ width: 1360, height: 880 })]);
try {
  const page = await browser.open(demo.address);
  const facts = () => playerFacts(page);
  await page.locator('[data-testid="channel"]', { hasText: 'H.264' }).first().click();
  await until('a picture', facts, (f) => f.currentTime > 1 && f.videoWidth > 0);
  await page.click('[data-testid="record"]');
  await page.waitForSelector('[data-testid="recording"][data-state="recording"]');
  const startS = (await facts()).currentTime;
  await until('some seconds of recording', facts, (f) => f.currentTime > startS + 7);
  await mkdir(fileURLToPath(new URL('../docs', import.meta.url)), { recursive: true });
  await page.screenshot({ path: target });
  console.log(target);
} finally {
  await browser.close();
  await demo.close();
}
