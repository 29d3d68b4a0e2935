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
    add: 'Bildschirm hinzufügen',
  },

  footer: {
    listening: 'Erreichbar unter',
    history: 'Verlauf',
    doctor: 'Fehler suchen',
    settings: 'Einstellungen',
    editConfig: 'Datei bearbeiten',
    stopAll: 'Alle stoppen und beenden…',
    moreAddresses: (count) => `und ${count} weitere`,
  },

  question: {
    keep: 'Weiterlaufen lassen',
    endings: {
      stop: { title: (name) => `${name} stoppen?`, yes: 'Stoppen' },
      restart: { title: (name) => `${name} neu starten?`, yes: 'Neu starten' },
      stopAll: {
        title: () => 'Alle Desktops stoppen und Porthole beenden?',
        yes: 'Alle stoppen und beenden',
      },
      quit: { title: () => 'Porthole beenden?', yes: 'Beenden' },
      closeWindow: { title: () => 'Porthole beenden?', yes: 'Beenden' },
    },
    desktopsRun: 'Die Desktops laufen weiter.',
    noTray:
      'Das Schließen des Fensters beendet Porthole, weil dieser Desktop keine Symbole in der Leiste zeigt.',
    programs: () =>
      'Alle Programme darauf werden geschlossen, und nicht gespeicherte Arbeit geht verloren.',
    visitors: (count) =>
      count === 1 ? '1 Besucher wird getrennt:' : `${count} Besucher werden getrennt:`,
    visitor: (address, display) => `${address}, verbunden mit ${display}`,
    links: (count) =>
      `${count === 1 ? '1 Link für andere öffnet' : `${count} Links für andere öffnen`} nichts mehr, bis Sie Porthole wieder starten.`,
  },

  fault: {
    title: 'In der Einstellungsdatei ist ein Fehler.',
    lastGood: 'Die letzte gültige Fassung gilt weiter.',
  },

  notice: { dismiss: 'Ausblenden', copyPath: 'Pfad kopieren' },

  advice: { copy: 'Befehl kopieren', copied: 'Kopiert' },

  add: {
    title: 'Bildschirm hinzufügen',
    first: 'Was möchten Sie zeigen?',
    more: 'Wählen Sie etwas aus. Sie bekommen einen Link, und wer ihn im Browser öffnet, sieht den Bildschirm.',
    demo: 'Oder sehen Sie sich zuerst die Demo an: Sie braucht nichts und zeigt, was Besucher sehen.',
    close: 'Schließen',
    screen: {
      title: 'Dieser Bildschirm',
      more: 'Andere sehen den Monitor vor Ihnen und arbeiten mit daran, wenn Sie es erlauben.',
      share: 'Diesen Bildschirm teilen',
    },
    desktop: {
      title: 'Ein neuer Desktop',
      more: 'Einer für sich, der unsichtbar auf diesem Rechner läuft, bis Sie ihn stoppen.',
      name: 'Name',
      start: 'Desktop starten',
      taken: 'Einen Bildschirm mit diesem Namen gibt es schon; wählen Sie einen anderen.',
    },
    server: {
      title: 'Ein VNC-Server, der schon läuft',
      more: 'Auf diesem oder einem anderen Rechner. Porthole erstellt Links dorthin und lässt ihn, wie er ist.',
      found: 'Auf diesem Rechner gefunden',
      address: 'Adresse',
      example: '192.168.1.5:5901 oder :1',
      password: 'Passwort, falls er eines hat',
      add: 'Hinzufügen',
      addThis: (target) => `${target} hinzufügen`,
      addTyped: 'Diese Adresse hinzufügen',
      trying: (target) => `${target} wird versucht…`,
      asks: (target) =>
        `${target} verlangt sein VNC-Passwort. Tragen Sie es hier ein, und fügen Sie ihn noch einmal hinzu.`,
      refused: (target) =>
        `${target} hat dieses Passwort abgelehnt. Tragen Sie es noch einmal ein, und fügen Sie ihn erneut hinzu.`,
      anyway: 'Trotzdem hinzufügen',
    },
    tokens: {
      title: 'Eine Token-Datei von websockify',
      more: 'Ihre Links gelten hier weiter, und ihre Bildschirme kommen in die Liste.',
      open: 'Token-Datei importieren',
      file: 'Pfad der Token-Datei',
      example: '/etc/novnc/tokens',
      choose: 'Datei auswählen…',
      look: 'Hineinsehen',
      take: 'Importieren',
      reading: 'Wird gelesen…',
      faulty: 'Das muss zuerst berichtigt werden:',
      holds: (tokens, targets) =>
        `${tokens} ${tokens === 1 ? 'Token führt' : 'Token führen'} zu ${targets} ${targets === 1 ? 'VNC-Server' : 'VNC-Servern'}.`,
      targets: 'VNC-Server in der Token-Datei',
      tokens: (count) => `${count} Token`,
      added: 'wird hinzugefügt',
      known: (display) => `in der Liste als ${display}`,
      rest: (count) => `${count} weitere kommen nicht in die Liste: Nur ihre Token gelten.`,
      goOn: 'Jedes Token gilt als Link weiter, ohne Ende, und der VNC-Server fragt selbst nach seinem Passwort:',
      reachedByAll:
        'Andere Rechner erreichen diese Links, wie es in den Einstellungen unter listen steht.',
      reachedHere:
        'Andere Rechner erreichen diese Links nur, solange ein Link für andere gilt, es sei denn, Sie setzen listen in den Einstellungen.',
      followed:
        'Die Datei bleibt, wo sie ist. Was Sie darin ändern, gilt sofort; damit neue Server in die Liste kommen, importieren Sie sie noch einmal.',
      replaces: (file) => `Sie tritt an die Stelle von ${file}, deren Token enden.`,
    },
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
      asksPassword: 'Fragt nach dem Passwort',
      unreachable: 'Nicht erreichbar',
    },
    password: {
      asks: 'Wer ihn öffnet, wird nach dem VNC-Passwort gefragt. Merkt Porthole es sich, wird niemand mehr gefragt, und hier erscheint ein Bild.',
      refused: 'Dieses Passwort hat er abgelehnt. Tragen Sie es noch einmal ein.',
      label: 'VNC-Passwort',
      keep: 'Merken',
      keepThis: (name) => `Passwort von ${name} merken`,
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
    summarySome: (count) =>
      count === 1 ? '1 Link, der nichts öffnet' : `${count} Links, von denen manche nichts öffnen`,
    more: (count) =>
      `Und ${count} weitere. Im Terminal zeigt portholed links sie alle, und portholed revoke widerruft sie.`,
    suspended: (place) =>
      `Öffnet nichts: Der Link wurde für ${place} erstellt; das ist dieser Bildschirm nicht mehr.`,
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

  orphans: {
    list: 'Links von Bildschirmen, die nicht mehr in der Konfiguration stehen',
    gone: (display, end) =>
      `${display} steht nicht mehr in der Konfiguration. Die Links dazu öffnen nichts. Sie werden ${end} entfernt, wenn der Bildschirm nicht vorher zurückkommt.`,
    revoke: 'Jetzt widerrufen',
    revokeThis: (display) => `Jetzt widerrufen: alle Links zu ${display}`,
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
    visits: (count) => `${count} Besuche`,
    only: (shown, all) =>
      `Das sind die letzten ${shown} von ${all} Besuchen; der Export enthält alle.`,
    export: 'Exportieren…',
    close: 'Schließen',
  },

  ...settings,
};
