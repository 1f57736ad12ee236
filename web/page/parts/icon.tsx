/** Line drawings of 24 units, coloured by the text around them. */
const PATHS = {
  soundOff: 'M4 9v6h4l5 4V5L8 9zM17 9l5 6M22 9l-5 6',
  soundOn: 'M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7M19 6a9 9 0 0 1 0 12',
  fullScreen: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  camera: 'M3 7h12v10H3zM15 11l6-4v10l-6-4',
  play: 'M7 5v14l12-7z',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  signOut: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
  back: 'M15 5l-7 7 7 7',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  done: 'M5 12.5l5 5L19.5 7',
  folder: 'M3 6h7l2 2.5h9V19H3z',
  next: 'M9 5l7 7-7 7',
  close: 'M6 6l12 12M18 6L6 18',
  expand: 'M9 15l-5 5M4 15v5h5M15 9l5-5M15 4h5v5',
  still: 'M4 7h4l2-2h4l2 2h4v12H4zM12 16a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4',
  clear: 'M4 4h16v16H4zM9 9l6 6M15 9l-6 6',
  lock: 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11',
  unlock: 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 6.8-1.2',
  up: 'M6 15l6-6 6 6',
  down: 'M6 9l6 6 6-6',
  again: 'M19 12a7 7 0 1 1-2.2-5.1M19.5 4v4h-4',
  add: 'M12 5v14M5 12h14',
  calendar: 'M4 6h16v14H4zM4 10.5h16M8.5 3.5v4M15.5 3.5v4',
  pause: 'M8 5v14M16 5v14',
  jumpBack: 'M12 6l-6 6 6 6M18.5 6l-6 6 6 6',
  jumpAhead: 'M12 6l6 6-6 6M5.5 6l6 6-6 6',
  frameBack: 'M6 5v14M18 6l-8 6 8 6z',
  frameAhead: 'M18 5v14M6 6l8 6-8 6z',
  footage: 'M4 12a8 8 0 1 0 2.6-5.9M4.5 4v4h4M12 8v4.5l3 2',
  less: 'M5 12h14',
  microphone: 'M9 5a3 3 0 0 1 6 0v6a3 3 0 0 1-6 0zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7',
  steer: 'M12 3v18M3 12h18M9.5 5.5L12 3l2.5 2.5M9.5 18.5L12 21l2.5-2.5M5.5 9.5L3 12l2.5 2.5M18.5 9.5L21 12l-2.5 2.5',
  rename: 'M4 20l1-4L16 5l3 3L8 19zM13.5 7.5l3 3',
  here: 'M12 4v3M12 17v3M4 12h3M17 12h3M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8',
  stop: 'M6.5 6.5h11v11h-11z',
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
