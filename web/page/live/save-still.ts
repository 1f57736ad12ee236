import type { GbPlayer } from '../../player/state.ts';

/** The browser needs the address until it has begun to save. */
const KEEP_MS = 10_000;

/** Characters that a file name may not have on one system or another. */
function fileName(name: string, time: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  const clock = `${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
  return `${name.replace(/[\\/:*?"<>|\p{Cc}]+/gu, '_')}-${day}T${clock}.jpg`;
}

/** Saves the picture that is shown to a file of this computer, named by the channel and the time it was taken. */
export async function saveStill(
  player: GbPlayer,
  channel: { readonly id: string; readonly name: string },
): Promise<void> {
  const picture = await player.captureStill('image/jpeg');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(picture);
  link.download = fileName(channel.name || channel.id, player.contentTime ?? new Date());
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}
