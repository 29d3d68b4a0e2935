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
      'Wenn Sie das Fenster schließen, wird Porthole beendet, weil dieser Desktop keine Symbole in der Leiste anzeigt.',
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
    lastGood: 'Porthole verwendet die letzte gültige Fassung weiter.',
  },

  notice: { dismiss: 'Ausblenden', copyPath: 'Pfad kopieren' },

  advice: { copy: 'Befehl kopieren', copied: 'Kopiert' },

  add: {
    title: 'Bildschirm hinzufügen',
    first: 'Was möchten Sie zeigen?',
    more: 'Wählen Sie etwas aus. Sie bekommen einen Link, und wer ihn im Browser öffnet, sieht den Bildschirm.',
    demo: 'Oder probieren Sie zuerst die Demo aus. Sie muss nicht eingerichtet werden und zeigt, was Besucher sehen.',
    close: 'Schließen',
    screen: {
      title: 'Dieser Bildschirm',
      more: 'Andere sehen Ihren Monitor und können ihn mitbenutzen, wenn Sie es erlauben.',
      share: 'Diesen Bildschirm teilen',
    },
    desktop: {
      title: 'Ein neuer Desktop',
      more: 'Ein eigener Desktop, der im Hintergrund läuft, bis Sie ihn stoppen.',
      name: 'Name',
      start: 'Desktop starten',
      taken: 'Dieser Name ist schon vergeben. Wählen Sie einen anderen.',
    },
    server: {
      title: 'Ein VNC-Server, der schon läuft',
      more: 'Auf diesem oder einem anderen Rechner. Porthole erstellt Links dorthin, ohne ihn zu verändern.',
      found: 'Auf diesem Rechner gefunden',
      address: 'Adresse',
      example: '192.168.1.5:5901 oder :1',
      password: 'Passwort, falls er eines hat',
      add: 'Hinzufügen',
      addThis: (target) => `${target} hinzufügen`,
      addTyped: 'Diese Adresse hinzufügen',
      trying: (target) => `${target} wird versucht…`,
      asks: (target) =>
        `${target} verlangt ein Passwort. Geben Sie es ein und klicken Sie auf „Hinzufügen“.`,
      refused: (target) =>
        `${target} hat dieses Passwort abgelehnt. Geben Sie es noch einmal ein und klicken Sie auf „Hinzufügen“.`,
      anyway: 'Trotzdem hinzufügen',
    },
    tokens: {
      title: 'Eine websockify-Token-Datei',
      more: 'Ihre Links funktionieren weiter, und ihre Bildschirme kommen in die Liste.',
      open: 'Token-Datei importieren',
      file: 'Pfad der Token-Datei',
      example: '/etc/novnc/tokens',
      choose: 'Datei auswählen…',
      look: 'Vorschau',
      take: 'Importieren',
      reading: 'Wird gelesen…',
      faulty: 'Bitte zuerst berichtigen:',
      holds: (tokens, targets) =>
        `${tokens} ${tokens === 1 ? 'Token führt' : 'Token führen'} zu ${targets} ${targets === 1 ? 'VNC-Server' : 'VNC-Servern'}.`,
      targets: 'VNC-Server in der Token-Datei',
      tokens: (count) => `${count} Token`,
      added: 'wird hinzugefügt',
      known: (display) => `in der Liste als ${display}`,
      rest: (count) => `${count} weitere stehen nicht in der Liste, aber ihre Token gelten.`,
      goOn: 'Jedes Token gilt als Link weiter, der nicht abläuft. Besucher geben das VNC-Passwort selbst ein:',
      reachedByAll:
        'Andere Rechner können diese Links benutzen (siehe listen in der Einstellungsdatei).',
      reachedHere:
        'Andere Rechner können diese Links nur benutzen, solange ein Link für andere gilt, es sei denn, Sie setzen listen in der Einstellungsdatei.',
      followed:
        'Die Datei bleibt, wo sie ist, und Änderungen gelten sofort. Um neue Server aufzulisten, importieren Sie sie noch einmal.',
      replaces: (file) => `Das ersetzt ${file}. Deren Token gelten dann nicht mehr.`,
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
    picture: (name) => `Live-Vorschau von ${name}`,
    lastPicture: (name) => `Letztes Vorschaubild von ${name}`,
    recheck: 'Erneut prüfen',
    recheckThis: (name) => `Erneut prüfen: ${name}`,
    reach: {
      checking: 'Wird geprüft…',
      reachable: 'Erreichbar',
      asksPassword: 'Passwort nötig',
      unreachable: 'Nicht erreichbar',
    },
    password: {
      asks: 'Besucher müssen das VNC-Passwort eingeben. Speichern Sie es hier, dann entfällt das, und hier erscheint ein Vorschaubild.',
      refused: 'Falsches Passwort. Versuchen Sie es noch einmal.',
      label: 'VNC-Passwort',
      keep: 'Speichern',
      keepThis: (name) => `Passwort für ${name} speichern`,
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
    whenOpened: 'Startet beim Öffnen.',
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
    title: 'Warten auf Ihre Antwort',
    wants: {
      control: (display) => `möchte ${display} sehen und steuern`,
      view: (display) => `möchte ${display} sehen`,
    },
    waiting: (since) => `Wartet seit ${since}`,
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
    once: 'ein Besuch',
    ask: 'fragt Sie vorher',
    pin: 'mit PIN',
    ends: (when) => `endet ${when}`,
    endsNever: 'bis Sie ihn beenden',
  },

  links: {
    summary: (count) => (count === 1 ? '1 aktiver Link' : `${count} aktive Links`),
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
      `Alle Links zu ${display} widerrufen? Wer einen davon benutzt, wird getrennt.`,
    revokeAllNo: 'Behalten',
    revokeAllYes: 'Alle widerrufen',
  },

  orphans: {
    list: 'Links zu Bildschirmen, die nicht mehr in der Einstellungsdatei stehen',
    gone: (display, end) =>
      `${display} steht nicht mehr in der Einstellungsdatei; die Links dazu öffnen nichts. Sie werden ${end} entfernt, wenn der Bildschirm nicht vorher zurückkommt.`,
    revoke: 'Jetzt widerrufen',
    revokeThis: (display) => `Jetzt widerrufen: alle Links zu ${display}`,
  },

  share: {
    title: (display) => `${display} teilen`,
    rights: 'Besucher dürfen',
    control: 'Sehen und steuern',
    controlMore: 'Sie können Tastatur, Maus und Zwischenablage benutzen.',
    view: 'Nur zusehen',
    viewMore: 'Sie können zusehen, aber nichts verändern.',
    ends: 'Link läuft ab nach',
    endsNever: 'Bis ich ihn beende',
    more: 'Optionen',
    once: 'Nur ein Besuch',
    onceMore: 'Gilt für einen Besuch, danach nicht mehr.',
    ask: 'Mich vorher fragen',
    askMore: 'Sie entscheiden über jeden Besucher.',
    pin: 'Mit PIN',
    pinMore: 'Besucher geben eine Zahl ein, die Sie ihnen nennen.',
    copy: 'Link kopieren',
    cancel: 'Abbrechen',

    copied: 'Link kopiert.',
    copiedMore: (display) => `Senden Sie ihn der Person, mit der Sie ${display} teilen möchten.`,
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
      yes: 'Erreichbar',
      doubt: 'Öffnet sich auf diesem Rechner',
      no: 'Nicht erreichbar',
    },
    tryAgain: 'Erneut versuchen',
    pinTitle: 'PIN',
    pinTell: 'Teilen Sie die PIN getrennt mit, etwa am Telefon.',
    encrypt: 'Verschlüsseln',
    encryptLinks: 'Links verschlüsseln',
    plain: 'Nicht verschlüsselt: Alle in diesem Netz können die Sitzung und den Link sehen.',
    encrypted: 'Verschlüsselt mit Ihrem Zertifikat.',
    encryptedGenerated:
      'Verschlüsselt. Browser zeigen eine Warnung, weil das Zertifikat selbst signiert ist. Besucher können den Fingerabdruck vergleichen.',
    fingerprint: 'SHA-256-Fingerabdruck',
    close: 'Schließen',
    closeNote: 'Der Link gilt weiter, auch wenn Sie dies schließen.',
    revoke: 'Widerrufen',
    revokeThis: 'Diesen Link widerrufen',
  },

  history: {
    title: 'Verlauf',
    note: 'Besuche der letzten 30 Tage.',
    reading: 'Wird geladen…',
    nobody: 'Noch keine Besuche.',
    today: 'Heute',
    control: 'Steuern',
    view: 'nur Zusehen',
    lasts: 'noch verbunden, oder Porthole wurde beendet',
    visits: (count) => `${count} Besuche`,
    only: (shown, all) =>
      `Das sind die letzten ${shown} von ${all} Besuchen. Der Export enthält alle.`,
    export: 'Exportieren…',
    close: 'Schließen',
  },

  ...settings,
};
