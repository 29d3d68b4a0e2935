/** What a link gives, in words. */
import type { Terms } from './bindings/Terms';
import { texts } from './texts';

/** Its conditions beside rights and end: "one visit", "asks you first", "with PIN". */
export function conditions({ once, ask, pin }: Terms): string[] {
  const says = texts.terms;
  return [...(once ? [says.once] : []), ...(ask ? [says.ask] : []), ...(pin ? [says.pin] : [])];
}
