import type { Setting } from '../bindings/Setting';
import { dispatch } from '../shell';

/** Asks for one thing to be set. That it is, a later snapshot tells. */
export function set(setting: Setting): void {
  dispatch({ type: 'set', setting });
}
