import type { Texts } from './en';

/** Every word of the page, in German. */
export const de: Texts = {
  page: {
    desktop: (name) => (name === '' ? 'Desktop' : `Desktop: ${name}`),
    wayOut:
      'Drücken Sie Strg, Alt und Umschalt zusammen und lassen Sie los, um zur Bedienleiste zu kommen.',
  },

  progress: {
    connecting: 'Verbindung wird aufgebaut …',
    again: 'Neuer Versuch …',
    starting: 'Der Desktop wird gestartet …',
    asking: (name) =>
      name === ''
        ? 'Wer diesen Desktop teilt, wird gefragt …'
        : `Wer „${name}“ teilt, wird gefragt …`,
  },

  status: {
    connected: (name) => (name === '' ? 'Verbunden.' : `Verbunden mit ${name}.`),
    soon: 'Gleich folgt ein neuer Versuch.',
  },

  asking: {
    title: 'Bitte warten',
    hint: 'Sie werden verbunden, sobald es erlaubt ist. Lassen Sie diese Seite so lange offen.',
    leave: 'Nicht länger warten',
  },

  pin: {
    title: 'Dieser Link hat eine PIN',
    hint: 'Fragen Sie die Person, von der Sie den Link haben.',
    label: 'PIN',
    wrong: 'Falsche PIN. Prüfen Sie sie und versuchen Sie es noch einmal.',
    connect: 'Verbinden',
  },

  rights: {
    control: 'Steuern',
    view: 'Nur zusehen',
    canControl: 'Sie können diesen Desktop jetzt steuern.',
    canOnlyLook: 'Sie können jetzt nur noch zusehen.',
    lookOnly: 'Nur zusehen: Sie dürfen diesen Desktop sehen, aber nicht bedienen.',
    choseToLook: 'Nur zusehen: Das haben Sie unter „Ansicht“ eingeschaltet.',
  },

  time: {
    left: ({ days, hours, minutes }) => {
      if (days > 0) return `noch ${days} Tage`;
      return hours === 0
        ? `noch ${minutes} Min.`
        : `noch ${hours} Std. ${String(minutes).padStart(2, '0')} Min.`;
    },
    endsSoon: (minutes) =>
      minutes === 1
        ? 'Dieser Link endet in einer Minute.'
        : `Dieser Link endet in ${minutes} Minuten. Sichern Sie, was Sie brauchen.`,
  },

  toolbar: {
    name: 'Bedienleiste',
    show: 'Bedienleiste anzeigen',
    showHint: 'Bedienleiste anzeigen (Strg + Alt + Umschalt)',
    keyboard: 'Bildschirmtastatur',
    keys: 'Tasten',
    clipboard: 'Zwischenablage',
    drag: 'Ausschnitt verschieben',
    view: 'Ansicht',
    fullscreen: 'Vollbild',
    leaveFullscreen: 'Vollbild verlassen',
    disconnect: 'Trennen',
    fold: 'Bedienleiste ausblenden',
  },

  keys: {
    names: {
      Escape: 'Esc',
      Tab: 'Tab',
      Delete: 'Entf',
      PrintScreen: 'Druck',
      ControlLeft: 'Strg',
      AltLeft: 'Alt',
      ShiftLeft: 'Umsch',
      MetaLeft: 'Super',
      ArrowLeft: 'Links',
      ArrowUp: 'Hoch',
      ArrowDown: 'Runter',
      ArrowRight: 'Rechts',
    },
    ctrlAltDel: 'Strg + Alt + Entf',
    hold: 'Gedrückt halten',
    functionKeys: 'Funktionstasten',
    chord: ', gedrückt und losgelassen, wechselt zwischen dem Desktop und dieser Leiste.',
    row: 'Weitere Tasten',
    typing: 'Was Sie tippen, geht an den Desktop',
  },

  clipboard: {
    label: 'Zwischenablage des Desktops',
    hint: 'Auf dem Desktop kopierter Text erscheint hier. Text, den Sie hier eingeben oder einfügen, können Sie auf dem Desktop einfügen.',
    refused:
      'Ihr Browser erlaubt den Zugriff auf die Zwischenablage nicht. Fügen Sie den Text stattdessen hier ein.',
    tooLong: (kib) => `Der Text ist zu lang: Höchstens ${kib} KiB passen in die Zwischenablage.`,
    take: 'Von diesem Gerät einfügen',
    copy: 'Auf dieses Gerät kopieren',
    copied: 'Kopiert.',
  },

  view: {
    size: 'Größe',
    scalings: {
      fit: 'Passend',
      remote: 'Anpassen',
      actual: '1:1',
    },
    hints: {
      fit: 'Das Bild wird auf diese Seite verkleinert oder vergrößert.',
      remote: 'Der Desktop nimmt die Größe dieser Seite an, wenn er kann.',
      actual: 'Originalgröße: ein Bildpunkt für jeden Bildpunkt des Desktops.',
    },
    quality: 'Bildgüte',
    compression: 'Kompression',
    viewOnly: 'Nur zusehen: keine Tasten, Maus oder Zwischenablage senden',
    byOwner: 'Bei diesem Desktop dürfen Sie nur zusehen.',
  },

  credentials: {
    title: 'Dieser Desktop verlangt Benutzername und Passwort',
    password: 'Dieser Desktop verlangt ein Passwort',
    fields: { username: 'Benutzername', password: 'Passwort', target: 'Rechner' },
    plainHttp:
      'Diese Seite ist nicht verschlüsselt (http): Andere im Netz könnten mitlesen, was Sie eingeben.',
    connect: 'Verbinden',
    cancel: 'Abbrechen',
  },

  trust: {
    title: 'Ist das der richtige Desktop?',
    hint: 'Vergleichen Sie diesen Fingerabdruck des VNC-Servers mit dem, den Sie bekommen haben.',
    cancel: 'Abbrechen',
    yes: 'Ja, verbinden',
  },

  retry: {
    banner: 'Verbindung wird wiederhergestellt',
    in: 'Neuer Versuch in',
    disconnect: 'Trennen',
  },

  paste: {
    label: 'Link',
    hint: 'Oder fügen Sie hier einen Link ein:',
    open: 'Öffnen',
    wrong: 'Dieser Link gehört zu einer anderen Adresse.',
  },

  endings: {
    closed: {
      title: 'Der Desktop wurde beendet',
      cause: 'Der Desktop wurde abgemeldet oder gestoppt.',
      next: 'Verbinden Sie sich wieder, sobald er neu gestartet ist.',
      action: 'Neu verbinden',
    },
    neverStarted: {
      title: 'Der Desktop ist nicht gestartet',
      cause: 'Der Desktop wurde abgemeldet oder gestoppt.',
      next: 'Verbinden Sie sich wieder, sobald er neu gestartet ist.',
      action: 'Neu verbinden',
    },
    notStarted: {
      title: 'Der Desktop ist nicht gestartet',
      cause: 'Porthole konnte diesen Desktop nicht starten.',
      next: 'Den Grund sieht in Porthole, wer den Desktop teilt. Versuchen Sie es später noch einmal.',
      action: 'Noch einmal versuchen',
    },
    shuttingDown: {
      title: 'Porthole wird beendet',
      cause: 'Das Gateway wurde angehalten oder startet neu.',
      next: 'Diese Seite verbindet sich wieder, sobald es zurück ist.',
      action: 'Jetzt versuchen',
    },
    brokeTheRules: {
      title: 'Das Gateway hat die Verbindung beendet',
      cause: 'Es hat von dieser Seite etwas bekommen, das es nicht erlaubt.',
      next: 'Laden Sie die Seite neu. Wenn es wieder geschieht, hilft das Protokoll von Porthole.',
      action: 'Neu verbinden',
    },
    lost: {
      title: 'Verbindung verloren',
      cause: 'Das Netz ist weg, oder Porthole ist es.',
      next: 'Diese Seite verbindet sich von selbst wieder.',
      action: 'Jetzt versuchen',
    },
    noGateway: {
      title: 'Porthole ist nicht erreichbar',
      cause: 'Unter dieser Adresse antwortet nichts.',
      next: 'Prüfen Sie, ob Porthole läuft und dieses Gerät im richtigen Netz ist.',
      action: 'Jetzt versuchen',
    },
    wrongHost: {
      title: 'Porthole kennt diese Adresse nicht',
      cause: 'Sie haben es unter einem Namen geöffnet, auf den es nicht antwortet.',
      next: 'Wer Porthole betreibt, muss den Namen zulassen, oder der Reverse-Proxy muss ihn weitergeben.',
      action: 'Noch einmal versuchen',
    },
    wrongOrigin: {
      title: 'Porthole kennt diese Adresse nicht',
      cause: 'Seiten von dieser Adresse dürfen sich nicht verbinden.',
      next: 'Wer Porthole betreibt, muss die Adresse zulassen.',
      action: 'Noch einmal versuchen',
    },
    blocked: {
      title: 'Etwas blockiert die Verbindung',
      cause:
        'Porthole antwortet, aber WebSocket-Verbindungen scheitern. Wahrscheinlich gibt ein Reverse-Proxy sie nicht weiter.',
      next: 'Setzen Sie in NGINX proxy_http_version 1.1, und geben Sie die Kopfzeilen Upgrade und Connection weiter. Was ankam, steht im Protokoll von Porthole.',
      action: 'Jetzt versuchen',
    },
    noDesktop: {
      title: 'Der Desktop ist nicht erreichbar',
      cause: 'Porthole läuft, aber der VNC-Server dahinter antwortet nicht.',
      next: 'Prüfen Sie, ob der VNC-Server läuft. Diese Seite versucht es weiter.',
      action: 'Jetzt versuchen',
    },
    restarting: {
      title: 'Porthole startet neu',
      cause: 'Das Gateway ist gleich wieder da.',
      next: 'Diese Seite verbindet sich von selbst wieder.',
      action: 'Jetzt versuchen',
    },
    notValid: {
      title: 'Dieser Link gilt nicht',
      cause: 'Er ist vielleicht vertippt, abgelaufen, widerrufen oder schon benutzt.',
      next: 'Bitten Sie um einen neuen Link, oder kopieren Sie ihn in Porthole noch einmal.',
      action: '',
    },
    byOwner: {
      title: 'Die Sitzung wurde beendet',
      cause: 'Wer den Desktop teilt, hat Ihre Sitzung beendet.',
      next: 'Fragen Sie nach, bevor Sie wiederkommen.',
      action: 'Neu verbinden',
    },
    revoked: {
      title: 'Dieser Link wurde widerrufen',
      cause: 'Wer den Desktop teilt, hat den Link und damit Ihre Sitzung beendet.',
      next: 'Wenden Sie sich an diese Person, wenn Sie einen neuen Link brauchen.',
      action: '',
    },
    changed: {
      title: 'Dieser Desktop hat sich geändert',
      cause: 'Er wurde in Porthole geändert oder entfernt.',
      next: 'Verbinden Sie sich neu, um zu sehen, ob es ihn noch gibt.',
      action: 'Neu verbinden',
    },
    serverRefused: {
      title: 'Der VNC-Server lehnt ab',
      cause: 'Porthole hat den VNC-Server erreicht, aber er hat die Anmeldung abgelehnt.',
      next: 'Prüfen Sie Passwort und Sicherheitseinstellungen dieses Desktops in Porthole.',
      action: 'Noch einmal versuchen',
    },
    tooMany: {
      title: 'Zu viele falsche Links',
      cause: 'Von Ihrer Adresse wurden zu viele ungültige Links geöffnet.',
      next: 'Warten Sie eine Minute, und versuchen Sie es dann noch einmal.',
      action: 'Noch einmal versuchen',
    },
    expired: {
      title: 'Dieser Link ist abgelaufen',
      cause: 'Er galt nur eine begrenzte Zeit.',
      next: 'Bitten Sie um einen neuen Link, oder kopieren Sie ihn in Porthole noch einmal.',
      action: '',
    },
    denied: {
      title: 'Sie wurden nicht eingelassen',
      cause: 'Wer den Desktop teilt, hat abgelehnt.',
      next: 'Sprechen Sie miteinander, und fragen Sie dann noch einmal.',
      action: 'Noch einmal fragen',
    },
    notAnswered: {
      title: 'Niemand hat geantwortet',
      cause: 'Wer den Desktop teilt, hat nicht rechtzeitig geantwortet.',
      next: 'Fragen Sie noch einmal, wenn jemand am Bildschirm sitzt.',
      action: 'Noch einmal fragen',
    },
    full: {
      title: 'Kein Platz mehr frei',
      cause: 'Es sind schon so viele Personen verbunden wie erlaubt.',
      next: 'Versuchen Sie es noch einmal, wenn jemand gegangen ist, oder wenden Sie sich an die Person, die den Desktop teilt.',
      action: 'Noch einmal versuchen',
    },
    tooManyWaiting: {
      title: 'Viele andere warten schon',
      cause: 'Zu viele Besucher warten bereits auf Einlass mit diesem Link.',
      next: 'Versuchen Sie es in einigen Minuten noch einmal, wenn sie eine Antwort haben.',
      action: 'Noch einmal fragen',
    },
    useNotSaved: {
      title: 'Dieser Link geht gerade nicht',
      cause:
        'Er gilt für einen einzigen Besuch, und Porthole kann nicht speichern, dass er benutzt wurde. Vielleicht ist der Datenträger voll.',
      next: 'Sagen Sie der Person Bescheid, die den Desktop teilt. Der Link ist nicht verbraucht: Versuchen Sie es danach noch einmal.',
      action: 'Noch einmal versuchen',
    },
    passwordRefused: {
      title: 'Falsches Passwort',
      cause: 'Der VNC-Server hat das Passwort nicht angenommen.',
      next: 'Prüfen Sie das Passwort, und versuchen Sie es noch einmal.',
      action: 'Noch einmal eingeben',
    },
    securityRefused: {
      title: 'Der VNC-Server lehnt ab',
      cause: 'Er nennt keinen Grund.',
      next: 'Prüfen Sie die Sicherheitseinstellungen des VNC-Servers.',
      action: 'Noch einmal versuchen',
    },
    notUnderstood: {
      title: 'Unerwartete Daten vom VNC-Server',
      cause: 'Er hat etwas gesendet, das dieser Betrachter nicht lesen kann.',
      next: 'Verbinden Sie sich neu. Wenn es wieder geschieht, hilft eine andere Bildgüte oder das Protokoll des VNC-Servers.',
      action: 'Neu verbinden',
    },
    left: {
      title: 'Getrennt',
      cause: 'Sie haben diesen Desktop verlassen. Er läuft weiter.',
      next: 'Verbinden Sie sich wieder, wann Sie möchten, oder schließen Sie diese Seite.',
      action: 'Neu verbinden',
    },
    outOfDate: {
      title: 'Diese Seite ist veraltet',
      cause: 'Ein Teil der Seite ließ sich nicht von Porthole laden.',
      next: 'Laden Sie die Seite neu.',
      action: 'Noch einmal versuchen',
    },
    unexpected: {
      title: 'Die Verbindung ist zu Ende',
      cause: 'Das Gateway hat keinen Grund genannt.',
      next: 'Versuchen Sie es noch einmal. Wenn es so bleibt, hilft das Protokoll von Porthole.',
      action: 'Neu verbinden',
    },
    incomplete: {
      title: 'Dieser Link ist unvollständig',
      cause: 'Der Teil nach dem # fehlt, der sagt, was geöffnet werden soll.',
      next: 'Öffnen Sie den ganzen Link noch einmal, oder kopieren Sie ihn in Porthole neu.',
      action: '',
    },
    damaged: {
      title: 'Dieser Link ist beschädigt',
      cause:
        'Er enthält Zeichen, die in Links nie vorkommen. Vielleicht hat ein Mail- oder Chatprogramm ihn verändert.',
      next: 'Kopieren Sie den Link in Porthole neu, und fügen Sie ihn in die Adresszeile ein.',
      action: '',
    },
    foreign: {
      title: 'Dieser Link führt woandershin',
      cause: 'Er nennt einen anderen Server, und diese Seite verbindet sich nur mit ihrem eigenen.',
      next: 'Bitten Sie um einen Link, der zu dieser Adresse gehört.',
      action: '',
    },
  },
  /** Where the gateway says what it does not know, and what would change that. */
  refused: {
    host: (name: string) =>
      `Sie haben es als „${name}“ geöffnet, und auf diesen Namen antwortet es nicht.`,
    origin: (name: string) => `Seiten von ${name} dürfen sich nicht verbinden.`,
    add: (setting: string) =>
      `Wer Porthole betreibt, kann dies in den Einstellungen ergänzen: ${setting}`,
  },
  usedUp: 'Dieser Link galt nur für einen Besuch. Bitten Sie um einen neuen Link.',
  startAgain: 'Verbinden Sie sich neu, um ihn wieder zu starten.',
  endedWithCode: (code) => `Die Verbindung endete mit dem Code ${code}.`,
};
