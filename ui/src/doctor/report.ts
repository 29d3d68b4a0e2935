/** What the doctor has found, sorted and as text. */
import type { Finding } from '../bindings/Finding';
import type { Verdict } from '../bindings/Verdict';

/** Those of one verdict, in the order in which a person would mend them. */
export function of(findings: Finding[], verdict: Verdict): Finding[] {
  return findings.filter((finding) => finding.verdict === verdict);
}

/** All of it for a mail or a bug report, faults first; in the words of `portholed doctor`. */
export function report(findings: Finding[], version: string): string {
  const words = { fault: 'FAULT', warn: 'warn', ok: 'ok' };
  const line = ({ check, verdict, text, fix }: Finding) =>
    `${words[verdict]}  ${check}: ${text}${fix === null ? '' : `\n    -> ${fix}`}`;
  const sorted = (['fault', 'warn', 'ok'] as const).flatMap((verdict) => of(findings, verdict));
  return [`Porthole ${version}`, ...sorted.map(line), ''].join('\n');
}
