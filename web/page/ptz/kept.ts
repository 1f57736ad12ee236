import { Store } from '../store.ts';

/** What stays from camera to camera: whether somebody steers, in this tab; how fast, in this browser. */

const OPEN_KEY = 'gbgate.steering';
const SPEED_KEY = 'gbgate.steering-speed';
/** Half of what the camera can: the first touch is no fright. */
const USUAL_SPEED = 0.5;
export const SLOWEST = 0.1;

export const isSteeringOpen = new Store(sessionStorage.getItem(OPEN_KEY) === 'true');
isSteeringOpen.follow(() => sessionStorage.setItem(OPEN_KEY, String(isSteeringOpen.value)));

function keptSpeed(): number {
  const value = Number(localStorage.getItem(SPEED_KEY) ?? USUAL_SPEED);
  return value >= SLOWEST && value <= 1 ? value : USUAL_SPEED;
}

/** 0 to 1. */
export const steeringSpeed = new Store(keptSpeed());
steeringSpeed.follow(() => localStorage.setItem(SPEED_KEY, String(steeringSpeed.value)));
