import type { Connecting, Phase } from './session.svelte';

/** What is to be read until there is a picture. */
export function progressOf({ after, starting }: Connecting): string {
  if (starting) return 'Starting the desktop…';
  return after ? 'Trying again…' : 'Connecting…';
}

/** What a screen reader says when the phase changes. Cards and dialogs speak for themselves. */
export function statusOf(phase: Phase, name: string): string {
  switch (phase.name) {
    case 'connecting':
      return progressOf(phase);
    case 'connected':
      return name === '' ? 'Connected.' : `Connected to ${name}.`;
    case 'waiting':
      return `${phase.ending.title}. Trying again soon.`;
    case 'ended':
      return `${phase.ending.title}. ${phase.ending.cause} ${phase.ending.next}`;
    case 'credentials':
    case 'trust':
      return '';
  }
}
