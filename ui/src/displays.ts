/** What can be told from a display as it is shown. */
import type { DisplayView } from './bindings/DisplayView';

/** Whether opening it will show something; a stopped desktop starts. */
export function isOpenable(display: DisplayView): boolean {
  const { launch, state } = display;
  if (launch === null) return state.kind === 'reachable' || state.kind === 'asksPassword';
  return launch.kind !== 'unavailable' && !isForgotten(display);
}

/** Whether it runs although the config does not know it any more: it can be stopped, and no more. */
export function isForgotten(display: DisplayView): boolean {
  return isLaunched(display) && display.state.kind === 'unreachable';
}

/** Whether it is the screen that this window is on, as the config file calls it. */
export function isThisScreen({ target }: DisplayView): boolean {
  return target === 'this-screen';
}

/** Whether it is built in, to try things out. */
export function isDemo({ target }: DisplayView): boolean {
  return target === 'demo';
}

/** Whether Porthole launched it, and has not stopped it yet. */
export function isLaunched({ launch }: DisplayView): boolean {
  return launch !== null && ['starting', 'running', 'stopping'].includes(launch.kind);
}
