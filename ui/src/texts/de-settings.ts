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
    linksMore: 'Womit ein Link beginnt. Beim Teilen lässt sich jeder anders erstellen.',
    network: 'Netzwerk',
    listening: {
      title: 'Andere kommen über',
      automatic: {
        words: 'Jedes Netz',
        more: 'Solange ein Link für andere gilt, und nicht länger.',
      },
      thisMachine: { words: 'Keines', more: 'Links öffnen sich nur auf diesem Rechner.' },
      notThere: 'Zurzeit nicht verbunden.',
      fixed: 'Wie in der Einstellungsdatei',
      fixedMore: (addresses) => `Jederzeit: ${addresses.join(', ')}`,
    },
    file: 'Einstellungsdatei',
    fileMore: 'Bis auf den Start beim Anmelden steht alles dort. Was Sie dort ändern, gilt sofort.',
  },

  doctor: {
    title: 'Fehler suchen',
    looking: 'alles, was ein Link braucht, wird geprüft',
    faults: 'Funktioniert nicht',
    warnings: 'Kann stören',
    verdict: { fault: 'Fehler', warn: 'Warnung', ok: 'In Ordnung' },
    summary: (faults, warnings) => {
      const warned = `${warnings} ${warnings === 1 ? 'Punkt kann' : 'Punkte können'} stören.`;
      if (faults > 0) {
        const broken = `${faults} ${faults === 1 ? 'Punkt funktioniert' : 'Punkte funktionieren'} nicht.`;
        return warnings > 0 ? `${broken} ${warned}` : broken;
      }
      return warnings > 0 ? `Nichts ist kaputt. ${warned}` : 'Alles ist in Ordnung.';
    },
    well: (count) => `${count} ${count === 1 ? 'Punkt ist' : 'Punkte sind'} in Ordnung`,
    copy: 'Als Text kopieren',
    copied: 'Kopiert',
    again: 'Erneut suchen',
    close: 'Schließen',
  },
};
