/** What came with the edition of 2022, by the element that names it (GB/T 28181-2022 A.2.3, A.2.4). */
const OF_2022 =
  /<(?:PTZPreciseCtrl|DeviceUpgrade|FormatSDCard|TargetTrack|SnapShotConfig)\b|<CmdType>\s*(?:HomePositionQuery|CruiseTrackListQuery|CruiseTrackQuery|PTZPosition|SDCardStatus)\s*</;

/** Whether a device that names such a version has never heard of what this body asks. */
export function isBeyondEdition(version: string | null | undefined, body: Uint8Array): boolean {
  return typeof version === 'string' && version < '3.0' && OF_2022.test(Buffer.from(body).toString('latin1'));
}
