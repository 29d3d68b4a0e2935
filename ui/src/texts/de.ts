import { settings } from './de-settings';
import type { Texts } from './en';

/** All that the window says, in German. */
export const de: Texts = {
  header: {
    title: 'Bildschirme',
    openable: (openable, all) =>
      `${openable} von ${all} ${all === 1 ? 'Bildschirm' : 'Bildschirmen'} ${openable === 1 ? 'lässt' : 'lassen'} sich öffnen`,
    watching: (count) => `${count} Betrachter verbunden`,
    network: {
      open: 'Andere Rechner können sich verbinden',
      closed: 'Nur dieser Rechner kann sich verbinden',
    },
    shareThisScreen: 'Diesen Bildschirm teilen',
    newDesktop: 'Neuer Desktop…',
  },

  footer: {
    listening: 'Erreichbar unter',
    history: 'Verlauf',
    doctor: 'Fehler suchen',
    settings: 'Einstellungen',
    editConfig: 'Datei bearbeiten',
    stopAll: 'Alle stoppen und beenden…',
    stopAllQuestion:
      'Alle Desktops stoppen und Porthole beenden? Die Programme darauf enden, und was nicht gespeichert ist, geht verloren.',
    stopAllNo: 'Weiterlaufen lassen',
    stopAllYes: 'Alle stoppen und beenden',
  },

  fault: {
    title: 'In der Einstellungsdatei ist ein Fehler.',
    lastGood: 'Die letzte gültige Fassung gilt weiter.',
  },

  notice: { dismiss: 'Ausblenden' },

  advice: { copy: 'Befehl kopieren', copied: 'Kopiert' },

  empty: {
    title: 'Noch keine Bildschirme',
    own: 'Ein eigener Desktop.',
    ownMore: 'Er läuft auf diesem Rechner, bis Sie ihn stoppen, und lässt sich von überall öffnen.',
    screen: 'Der Bildschirm vor Ihnen.',
    screenMore: 'Wer einen Link hat, sieht ihn und arbeitet mit Ihnen daran.',
    server: 'Ein VNC-Server, der schon läuft.',
    serverFound:
      'Fügen Sie ihn aus der Liste unten hinzu, oder tragen Sie ihn in die Einstellungsdatei ein.',
    serverMore: 'Tragen Sie ihn mit seiner Adresse in die Einstellungsdatei ein.',
    editConfig: (file) => `Datei bearbeiten: ${file}`,
  },

  found: {
    title: 'Auf diesem Rechner gefunden',
    more: 'VNC-Server, die schon laufen. Fügen Sie einen hinzu, um ihn in der Liste zu haben und zu teilen.',
    add: 'Hinzufügen',
    addThis: (target) => `${target} hinzufügen`,
  },

  newDesktop: {
    title: 'Neuer Desktop',
    name: 'Name',
    create: 'Anlegen',
    cancel: 'Abbrechen',
    close: 'Schließen',
    taken: 'Einen Bildschirm mit diesem Namen gibt es schon; wählen Sie einen anderen.',
    note: 'Ein eigener Desktop auf diesem Rechner. Er läuft, bis Sie ihn stoppen, und nur Links von hier öffnen ihn.',
  },

  display: {
    list: 'Bildschirme',
    open: 'Öffnen',
    openThis: (name) => `${name} öffnen`,
    openInBrowser: (name) => `Im Browser öffnen: ${name}`,
    openInWindow: (name) => `In einem Fenster öffnen: ${name}`,
    copyLink: (name) => `Link zu ${name} kopieren`,
    share: 'Teilen…',
    shareThis: (name) => `${name} teilen…`,
    picture: (name) => `Livebild von ${name}`,
    lastPicture: (name) => `Letztes Bild von ${name}`,
    recheck: 'Erneut prüfen',
    recheckThis: (name) => `Erneut prüfen: ${name}`,
    reach: {
      checking: 'Wird geprüft…',
      reachable: 'Erreichbar',
      unreachable: 'Nicht erreichbar',
    },
  },

  launch: {
    stopped: 'Gestoppt',
    starting: 'Startet…',
    running: 'Läuft',
    stopping: 'Wird gestoppt…',
    ended: 'Beendet',
    unavailable: 'Lässt sich nicht starten',
    about: (name) => `Über ${name}`,
    since: 'seit',
    as: 'als',
    on: 'auf',
    memory: (bytes) => `${bytes} Arbeitsspeicher`,
    whenOpened: 'Er startet beim Öffnen.',
    endedAt: (time) => `Beendet: ${time}. Er startet beim Öffnen neu.`,
    endingPrograms: 'die Programme werden beendet',
    start: 'Starten',
    startThis: (name) => `${name} starten`,
    stop: 'Stoppen',
    stopThis: (name) => `${name} stoppen`,
    restart: 'Neu starten',
    restartThis: (name) => `${name} neu starten`,
    tryAgain: 'Erneut versuchen',
    tryThisAgain: (name) => `Erneut versuchen: ${name}`,
    keep: 'Weiterlaufen lassen',
    stopIt: 'Stoppen',
    restartIt: 'Neu starten',
    stopQuestion: (name) =>
      `${name} stoppen? Die Programme darauf enden, und was nicht gespeichert ist, geht verloren.`,
    restartQuestion: (name) =>
      `${name} neu starten? Die Programme darauf enden, und was nicht gespeichert ist, geht verloren.`,
    log: 'Die letzten Zeilen des Protokolls',
    logOf: (name) => `Protokoll von ${name}`,
  },

  watchers: {
    list: (display) => `Mit ${display} verbunden`,
    since: 'seit',
    control: 'Steuern',
    mayControl: (address, display) => `${address} darf ${display} steuern`,
    toViewer: 'An den Betrachter gesendet',
    toDisplay: 'An den Bildschirm gesendet',
    disconnect: 'Trennen',
    disconnectThis: (address, display) => `${address} von ${display} trennen`,
  },

  asking: {
    title: 'Besucher, die auf Sie warten',
    wants: {
      control: (display) => `möchte ${display} sehen und steuern`,
      view: (display) => `möchte ${display} sehen`,
    },
    waiting: (since) => `Wartet seit ${since}.`,
    allow: 'Erlauben',
    allowThis: (address) => `${address} erlauben`,
    allowView: 'Zusehen erlauben',
    allowViewThis: (address) => `Zusehen erlauben: ${address}`,
    deny: 'Ablehnen',
    denyThis: (address) => `${address} ablehnen`,
  },

  terms: {
    control: 'Steuern',
    view: 'Nur zusehen',
    once: 'nur einmal',
    ask: 'Sie werden gefragt',
    pin: 'mit PIN',
    ends: (when) => `endet ${when}`,
    endsNever: 'bis Sie ihn beenden',
  },

  links: {
    summary: (count) => (count === 1 ? '1 Link gilt' : `${count} Links gelten`),
    list: (display) => `Links zu ${display}`,
    here: 'für einen Browser auf diesem Rechner',
    unused: 'noch nicht benutzt',
    used: (uses, last) => `${uses === 1 ? 'einmal' : `${uses}-mal`} benutzt, zuletzt ${last}`,
    made: (time) => `erstellt ${time}`,
    revoke: 'Widerrufen',
    revokeThis: (link) => `Widerrufen: ${link}`,
    revokeAll: 'Alle widerrufen…',
    revokeAllThis: (display) => `Alle widerrufen… Links zu ${display}`,
    revokeAllQuestion: (display) =>
      `Alle Links zu ${display} widerrufen? Wer über einen gekommen ist, wird getrennt.`,
    revokeAllNo: 'Behalten',
    revokeAllYes: 'Alle widerrufen',
  },

  share: {
    title: (display) => `${display} teilen`,
    rights: 'Besucher dürfen',
    control: 'Sehen und steuern',
    controlMore: 'Auch Tastatur, Maus und Zwischenablage wirken.',
    view: 'Nur zusehen',
    viewMore: 'Nichts, was sie tun, erreicht den Bildschirm.',
    ends: 'Wie lange der Link gilt',
    endsNever: 'Bis ich ihn beende',
    more: 'Und außerdem',
    once: 'Nur einmal',
    onceMore: 'Der erste Besucher verbraucht ihn.',
    ask: 'Mich vorher fragen',
    askMore: 'Jeder Besucher wartet, bis Sie es erlauben.',
    pin: 'Mit PIN',
    pinMore: 'Besucher geben eine Zahl ein, die Sie ihnen nennen.',
    copy: 'Link kopieren',
    cancel: 'Abbrechen',

    copied: 'Link kopiert.',
    copiedMore: (display) => `Senden Sie ihn an alle, die ${display} sehen sollen.`,
    made: 'Der Link ist fertig.',
    madeMore: 'Er ist noch nicht in der Zwischenablage.',
    qr: (display) => `Der Link zu ${display} als QR-Code`,
    scan: 'Oder mit dem Handy scannen',
    link: 'Link',
    copyThis: 'Kopieren',
    copyThisLink: 'Diesen Link kopieren',
    copiedThis: 'Kopiert',
    addresses: 'Adresse',
    opens: {
      checking: 'Wird versucht…',
      yes: 'Öffnet sich',
      doubt: 'Öffnet sich hier',
      no: 'Öffnet sich nicht',
    },
    tryAgain: 'Erneut versuchen',
    pinTitle: 'PIN',
    pinTell: 'Nennen Sie sie auf anderem Weg als den Link, etwa am Telefon.',
    encrypt: 'Verschlüsseln',
    encryptLinks: 'Links verschlüsseln',
    plain: 'Nicht verschlüsselt: Wer im selben Netz ist, kann mitlesen, auch den Link.',
    encrypted: 'Verschlüsselt mit Ihrem Zertifikat.',
    encryptedGenerated:
      'Verschlüsselt. Browser warnen, weil Porthole das Zertifikat selbst erstellt hat: Besucher können den Fingerabdruck vergleichen.',
    fingerprint: 'SHA-256-Fingerabdruck',
    close: 'Schließen',
    closeNote: 'Der Link gilt weiter, wenn Sie dies schließen.',
    revoke: 'Widerrufen',
    revokeThis: 'Diesen Link widerrufen',
  },

  history: {
    title: 'Verlauf',
    note: 'Wer in den letzten 30 Tagen über einen Link kam.',
    reading: 'Wird gelesen…',
    nobody: 'Es war noch niemand da.',
    today: 'Heute',
    control: 'Steuern',
    view: 'nur Zusehen',
    lasts: 'noch da, oder mit Porthole beendet',
    only: (shown, all) =>
      `Das sind die letzten ${shown} von ${all} Besuchen; der Export enthält alle.`,
    export: 'Exportieren…',
    close: 'Schließen',
  },

  ...settings,
};
