import type { Connecting, Phase } from './session.svelte';
import { texts } from './texts';

/** What is to be read until there is a picture. */
export function progressOf({ after, stage }: Connecting, name: string): string {
  const { progress } = texts;
  if (stage === 'starting') return progress.starting;
  if (stage === 'asking') return progress.asking(name);
  return after ? progress.again : progress.connecting;
}

/** What a screen reader says when the phase changes. Cards and dialogs speak for themselves. */
export function statusOf(phase: Phase, name: string): string {
  switch (phase.name) {
    case 'connecting':
      return progressOf(phase, name);
    case 'connected':
      return texts.status.connected(name);
    case 'waiting':
      return `${phase.ending.title}. ${texts.status.soon}`;
    case 'ended':
      return `${phase.ending.title}. ${phase.ending.cause} ${phase.ending.next}`;
    case 'pin':
    case 'credentials':
    case 'trust':
      return '';
  }
}
