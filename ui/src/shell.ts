/** The only module that knows which shell the window runs in. */
import { convertFileSrc, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { open } from '@tauri-apps/plugin-dialog';
import type { DisplayId } from './bindings/DisplayId';
import type { Intent } from './bindings/Intent';
import type { Snapshot } from './bindings/Snapshot';

/** Asks for something. What comes of it, be it a failure, is told by a later snapshot. */
export function dispatch(intent: Intent): void {
  // Refused only when the program is ending.
  invoke('dispatch', { intent }).catch(console.warn);
}

/** Where the picture of a display is, that has this number in the snapshot. */
export function thumbnailOf(display: DisplayId, number: number): string {
  return `${convertFileSrc(display, 'picture')}?${number}`;
}

/** Lets the person choose a file; its path, or `null` if they do not. */
export function chooseFile(title: string): Promise<string | null> {
  return open({ title, multiple: false, directory: false });
}

/** Calls `see` with the present snapshot and with every later one. */
export async function watch(see: (snapshot: Snapshot) => void): Promise<void> {
  let told = false as boolean; // set by the event
  await listen<Snapshot>('snapshot', (event) => {
    told = true;
    see(event.payload);
  });
  const present = await invoke<Snapshot>('snapshot');
  // An event that overtook the answer is the newer of the two.
  if (!told) see(present);
}
