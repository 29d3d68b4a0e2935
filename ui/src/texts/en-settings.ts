/** What settings and doctor say, in English. */
export const settings = {
  settings: {
    title: 'Settings',
    close: 'Close',
    program: 'Porthole',
    startAtLogin: 'Start at login',
    startAtLoginMore: 'It waits in the tray, without its window.',
    openIn: 'Open displays in',
    window: 'A window',
    browser: 'The browser',
    theme: 'Appearance',
    system: 'As the system',
    light: 'Light',
    dark: 'Dark',
    links: 'New links',
    linksMore: 'What a link begins with. Each can be made otherwise when you share.',
    network: 'Network',
    listening: {
      title: 'Others come by',
      automatic: {
        words: 'Any network',
        more: 'While a link for others works, and no longer.',
      },
      thisMachine: { words: 'None', more: 'Links open on this machine only.' },
      notThere: 'Not connected now.',
      fixed: 'As the config file says',
      fixedMore: (addresses: string[]) => `At all times: ${addresses.join(', ')}`,
    },
    file: 'Config file',
    fileMore:
      'All of this is written there, but for the start at login. What you change there counts at once.',
  },

  doctor: {
    title: 'Look for faults',
    looking: 'looking at all that a link needs',
    faults: 'Does not work',
    warnings: 'May cause trouble',
    verdict: { fault: 'Fault', warn: 'Warning', ok: 'Well' },
    summary: (faults: number, warnings: number) => {
      const warned = `${warnings} ${warnings === 1 ? 'thing' : 'things'} may cause trouble.`;
      if (faults > 0) {
        const broken = `${faults} ${faults === 1 ? 'thing does' : 'things do'} not work.`;
        return warnings > 0 ? `${broken} ${warned}` : broken;
      }
      return warnings > 0 ? `Nothing is broken. ${warned}` : 'All is well.';
    },
    well: (count: number) => `${count} ${count === 1 ? 'thing is' : 'things are'} well`,
    copy: 'Copy as text',
    copied: 'Copied',
    again: 'Look again',
    close: 'Close',
  },
};
