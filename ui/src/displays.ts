/** What can be told from a display as it is shown. */
import type { DisplayView } from './bindings/DisplayView';

/** Whether opening it will show something; a stopped desktop starts. */
export function isOpenable({ launch, state }: DisplayView): boolean {
  return launch ? launch.kind !== 'unavailable' : state.kind === 'reachable';
}

/** Whether it is the screen that this window is on, as the config file calls it. */
export function isThisScreen({ target }: DisplayView): boolean {
  return target === 'this-screen';
}

/** Whether Porthole launched it, and has not stopped it yet. */
export function isLaunched({ launch }: DisplayView): boolean {
  return launch !== null && ['starting', 'running', 'stopping'].includes(launch.kind);
}
