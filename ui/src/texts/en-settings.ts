/** What settings and doctor say, in English. */
export const settings = {
  settings: {
    title: 'Settings',
    close: 'Close',
    program: 'Porthole',
    startAtLogin: 'Start at login',
    startAtLoginMore: 'Starts in the tray, without its window.',
    openIn: 'Open displays in',
    window: 'A window',
    browser: 'The browser',
    theme: 'Appearance',
    system: 'System',
    light: 'Light',
    dark: 'Dark',
    links: 'New links',
    linksMore: 'Defaults for new links. You can change them each time you share.',
    network: 'Network',
    listening: {
      title: 'Accept connections from',
      automatic: {
        words: 'Any network',
        more: 'Only while a shared link is active.',
      },
      thisMachine: { words: 'None', more: 'Links open on this computer only.' },
      notThere: 'Not connected now.',
      fixed: 'Set in the config file',
      fixedMore: (addresses: string[]) => `Always: ${addresses.join(', ')}`,
    },
    file: 'Config file',
    fileMore:
      'These settings are stored here (except Start at login). Changes take effect immediately.',
  },

  doctor: {
    title: 'Troubleshoot',
    looking: 'checking everything a link needs',
    faults: 'Problems',
    warnings: 'Warnings',
    verdict: { fault: 'Problem', warn: 'Warning', ok: 'OK' },
    summary: (faults: number, warnings: number) => {
      const warned = `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
      if (faults > 0) {
        const found = `${faults} ${faults === 1 ? 'problem' : 'problems'} found`;
        return warnings > 0 ? `${found}, ${warned}.` : `${found}.`;
      }
      return warnings > 0 ? `No problems found, ${warned}.` : 'No problems found.';
    },
    well: (count: number) => `${count} ${count === 1 ? 'check' : 'checks'} passed`,
    copy: 'Copy as text',
    copied: 'Copied',
    again: 'Check everything again',
    close: 'Close',
  },
};
