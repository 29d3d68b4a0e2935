/** By which addresses others come, as it is offered. */
import type { InterfaceView } from '../bindings/InterfaceView';
import type { Listening } from '../bindings/Listening';
import { texts } from '../texts';

interface Option {
  /** What tells it from the others. */
  value: string;
  words: string;
  more: string;
  listening: Listening;
}

/** What is offered; what holds `now` is among it. */
export function options(now: Listening, interfaces: InterfaceView[]): Option[] {
  const says = texts.settings.listening;
  const offered = [
    { ...says.automatic, listening: { kind: 'automatic' as const } },
    ...interfaces.map(({ name, addresses }) => ({
      words: name,
      more: addresses.join(', '),
      listening: { kind: 'interface' as const, name },
    })),
    { ...says.thisMachine, listening: { kind: 'thisMachine' as const } },
  ].map((option) => ({ ...option, value: key(option.listening) }));
  if (offered.some(({ value }) => value === key(now))) return offered;
  return [...offered, { ...missing(now), value: key(now), listening: now }];
}

/** What tells one from another. */
export function key(listening: Listening): string {
  return listening.kind === 'interface' ? `interface ${listening.name}` : listening.kind;
}

/** What holds, though nobody would be offered it. */
function missing(now: Listening): { words: string; more: string } {
  const says = texts.settings.listening;
  if (now.kind === 'interface') return { words: now.name, more: says.notThere };
  if (now.kind === 'fixed') return { words: says.fixed, more: says.fixedMore(now.addresses) };
  return says.automatic;
}
