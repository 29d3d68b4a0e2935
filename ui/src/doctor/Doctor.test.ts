import { afterEach, expect, test, vi } from 'vitest';
import type { Finding } from '../bindings/Finding';
import { alice, nothing } from '../fixtures';
import { asked, button, click, close, focused, labels, open, show, text } from '../testing';
import { report } from './report';

afterEach(close);

const list = { ...nothing, displays: [alice] };
const finding = (check: string, verdict: Finding['verdict'], fix: string | null = null) => ({
  check,
  verdict,
  text: `About ${check}.`,
  fix,
});
const findings: Finding[] = [
  finding('port', 'ok'),
  finding('clock', 'warn', 'Correct it: timedatectl set-ntp true, or date --set.'),
  finding('display', 'fault', 'Start its VNC server.'),
  finding('state', 'fault', 'Run: chmod 700 /home/alice/.local/state'),
];

test('it looks, says so, and leads the focus there and back', async () => {
  await open(list);
  await click('Troubleshoot');
  expect(asked).toEqual([{ type: 'doctor' }]);
  await show({ ...list, doctor: [] });
  expect(focused()).toBe('Close');
  expect(document.querySelector('dialog [role=progressbar]')).not.toBeNull();
  expect(button('Check everything again').getAttribute('aria-disabled')).toBe('true');
  await show({ ...list, doctor: findings });
  await click('Close');
  expect(asked.at(-1)).toEqual({ type: 'closeDoctor' });
  await show(list);
  expect(focused()).toBe('Troubleshoot');
});

test('faults come first, each with its cause and what to do', async () => {
  await open({ ...list, doctor: findings });
  expect(text()).toContain('2 problems found, 1 warning.');
  const lists = [...document.querySelectorAll('dialog ul')];
  expect(lists.map((list) => list.getAttribute('aria-label'))).toEqual([
    'Problems',
    'Warnings',
    '1 check passed',
  ]);
  expect(lists[0]?.textContent).toMatch(/Problem:\s*About display\..*Start its VNC server\./s);
  const commands = [...document.querySelectorAll('dialog code')];
  expect(commands.map(({ textContent }) => textContent)).toEqual([
    'chmod 700 /home/alice/.local/state',
    'timedatectl set-ntp true',
  ]);
  expect(document.querySelector('dialog details')?.textContent).toContain('About port.');
});

test.each([
  [[], 'No problems found.'],
  [['warn'], 'No problems found, 1 warning.'],
  [['fault'], '1 problem found.'],
] as const)('%o is summed up', async (verdicts, words) => {
  const more = verdicts.map((verdict) => finding('clock', verdict));
  await open({ ...list, doctor: [finding('port', 'ok'), ...more] });
  expect(text()).toContain(words);
});

test('it is asked to look again', async () => {
  await open({ ...list, doctor: findings });
  await click('Check everything again');
  expect(asked).toEqual([{ type: 'doctor' }]);
});

test('all of it is copied as text, faults first', async () => {
  const writeText = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
  await open({ ...list, doctor: findings });
  await click('Copy as text');
  await vi.waitFor(() => expect(labels('dialog')).toContain('Copied'));
  expect(writeText).toHaveBeenCalledWith(report(findings, '0.1.0'));
  expect(report(findings, '0.1.0')).toBe(
    [
      'Porthole 0.1.0',
      'FAULT  display: About display.',
      '    -> Start its VNC server.',
      'FAULT  state: About state.',
      '    -> Run: chmod 700 /home/alice/.local/state',
      'warn  clock: About clock.',
      '    -> Correct it: timedatectl set-ntp true, or date --set.',
      'ok  port: About port.',
      '',
    ].join('\n'),
  );
});
