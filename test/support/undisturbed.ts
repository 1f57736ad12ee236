/** Cameras without a quirk at the gateways of the tests: none of them may have a finding, whatever the test is about. */

/** Ids of devices without a quirk, by the SIP port of their gateway. */
const undisturbed = new Map<number, Set<string>>();

/** Of two devices with one id the second one is refused: by then the first has done nothing unusual. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(['REG-10']);

/** A camera begins at this gateway. */
export function noteCamera(sipPort: number, deviceId: string, hasQuirks: boolean): void {
  const ids = undisturbed.get(sipPort) ?? new Set<string>();
  undisturbed.set(sipPort, ids);
  if (hasQuirks) ids.delete(deviceId);
  else ids.add(deviceId);
}

/** The lines of the log in which something of a camera without quirks was tolerated. */
export function wronglyTolerated(sipPort: number, log: readonly string[]): string[] {
  const ids = undisturbed.get(sipPort) ?? new Set<string>();
  return log.filter((line) => {
    if (!line.includes('"tolerated deviation"')) return false;
    const { deviceId, code } = JSON.parse(line) as { deviceId: string; code: string };
    return ids.has(deviceId) && !NOT_ITS_OWN.has(code);
  });
}
