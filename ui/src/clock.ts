import { createSubscriber } from 'svelte/reactivity';

/** How often what depends on the time is written anew; a screen shows minutes. */
const PERIOD_MS = 15_000;

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, PERIOD_MS);
  return () => {
    clearInterval(timer);
  };
});

/** The time, which goes on where it is shown. */
export function now(): Date {
  subscribe();
  return new Date();
}
