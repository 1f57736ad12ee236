import { go, parseRoute } from '../route.ts';
import { footageHref } from './address.ts';
import { readPlayback } from './api.ts';

/**
 * Addresses of streams that people were given (`urls.page` of older answers, `#/streams/ID`) open the footage when the stream is a playback that runs. Only
 * those that come from outside: what is clicked in the list of streams shows its figures. The answer stops it.
 */
export function openPlaybackAddresses(): () => void {
  const look = async (): Promise<void> => {
    const { hash } = location;
    const { view, parts } = parseRoute(hash);
    const [id] = parts;
    if (view !== 'streams' || id === undefined) return;
    const stream = await readPlayback(id).catch(() => null);
    if (stream?.kind !== 'playback' || stream.state === 'ended' || location.hash !== hash) return;
    go(footageHref(stream, { stream: id }), 'replace');
  };
  const onHash = () => void look();
  onHash();
  window.addEventListener('hashchange', onHash);
  return () => window.removeEventListener('hashchange', onHash);
}
