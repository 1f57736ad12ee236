import { useEffect, useRef } from 'preact/hooks';
import { go, route } from '../route.ts';
import { useStore } from '../store.ts';
import { type FootageAddress, footageHref, readAddress } from './address.ts';
import { type Place, type PlaybackStream, readPlayback } from './api.ts';

interface Asked {
  /** A playback that the address names runs. */
  onStream: (stream: PlaybackStream) => void;
  /** There is none, or none was named: from this moment. */
  onMoment: (address: FootageAddress & { readonly atMs: number }) => void;
}

/** Carries out what the address asks for, at first and when a link leads here again; the answer writes what is shown into it. */
export function useFootageAddress(place: Place, on: Asked): (address: FootageAddress) => void {
  const { query } = useStore(route);
  const written = useRef('');
  const now = useRef(on);
  now.current = on;
  useEffect(() => {
    const asked = readAddress(query);
    const href = footageHref(place, asked);
    if (href === written.current) return undefined;
    written.current = href;
    let isWanted = true;
    void (async () => {
      const stream = asked.stream === null ? null : await readPlayback(asked.stream).catch(() => null);
      if (!isWanted) return;
      const isHere = stream?.deviceId === place.deviceId && stream.channelId === place.channelId;
      if (stream?.kind === 'playback' && stream.state !== 'ended' && isHere) now.current.onStream(stream);
      else if (asked.atMs !== null) now.current.onMoment({ ...asked, atMs: asked.atMs });
    })();
    return () => {
      isWanted = false;
    };
  }, [query, place]);
  return useRef((address: FootageAddress) => {
    written.current = footageHref(place, address);
    go(written.current, 'replace');
  }).current;
}
