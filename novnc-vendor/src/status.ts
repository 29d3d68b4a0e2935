import type { Phase } from './session.svelte';

/** What a screen reader says when the phase changes. Cards and dialogs speak for themselves. */
export function statusOf(phase: Phase, name: string): string {
  switch (phase.name) {
    case 'connecting':
      return phase.after ? 'Trying again.' : 'Connecting.';
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
