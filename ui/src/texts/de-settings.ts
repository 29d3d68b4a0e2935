import type { settings as english } from './en-settings';

/** What settings and doctor say, in German. */
export const settings: typeof english = {
  settings: {
    title: 'Einstellungen',
    close: 'Schließen',
    program: 'Porthole',
    startAtLogin: 'Beim Anmelden starten',
    startAtLoginMore: 'Nur das Symbol in der Leiste erscheint, kein Fenster.',
    openIn: 'Bildschirme öffnen',
    window: 'In einem Fenster',
    browser: 'Im Browser',
    theme: 'Aussehen',
    system: 'Wie das System',
    light: 'Hell',
    dark: 'Dunkel',
    links: 'Neue Links',
    linksMore: 'Vorgaben für neue Links. Beim Teilen lassen sie sich jedes Mal ändern.',
    network: 'Netzwerk',
    listening: {
      title: 'Verbindungen annehmen über',
      automatic: {
        words: 'Jedes Netz',
        more: 'Nur solange ein Link für andere gilt.',
      },
      thisMachine: { words: 'Keines', more: 'Links öffnen sich nur auf diesem Rechner.' },
      notThere: 'Zurzeit nicht verbunden.',
      fixed: 'In der Einstellungsdatei festgelegt',
      fixedMore: (addresses) => `Immer: ${addresses.join(', ')}`,
    },
    file: 'Einstellungsdatei',
    fileMore:
      'Diese Einstellungen stehen dort (außer „Beim Anmelden starten“). Änderungen gelten sofort.',
  },

  doctor: {
    title: 'Fehler suchen',
    looking: 'alles, was ein Link braucht, wird geprüft',
    faults: 'Probleme',
    warnings: 'Warnungen',
    verdict: { fault: 'Problem', warn: 'Warnung', ok: 'In Ordnung' },
    summary: (faults, warnings) => {
      const warned = `${warnings} ${warnings === 1 ? 'Warnung' : 'Warnungen'}`;
      if (faults > 0) {
        const found = `${faults} ${faults === 1 ? 'Problem' : 'Probleme'} gefunden`;
        return warnings > 0 ? `${found}, ${warned}.` : `${found}.`;
      }
      return warnings > 0 ? `Keine Probleme gefunden, ${warned}.` : 'Keine Probleme gefunden.';
    },
    well: (count) => `${count} ${count === 1 ? 'Prüfung' : 'Prüfungen'} bestanden`,
    copy: 'Als Text kopieren',
    copied: 'Kopiert',
    again: 'Alles erneut prüfen',
    close: 'Schließen',
  },
};
