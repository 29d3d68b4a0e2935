### Was das Programm der Person sagt, die davor sitzt, auf Deutsch. Dieselben Namen und Argumente wie in en.

## Das Menü des Symbols in der Leiste, und was das Symbol sagt.

tray-open = { $display } öffnen
tray-share = Teilen
tray-copy-link = Link kopieren
tray-new-desktop = Neuer Desktop
tray-show-window = Fenster zeigen
tray-doctor = Fehler suchen
tray-quit = Beenden
tray-stop-all = Alle stoppen und beenden
tray-start = Starten
tray-stop = Stoppen
tray-restart = Neu starten
tray-connected =
    { $count ->
        [one] 1 Betrachter ist verbunden
       *[other] { $count } Betrachter sind verbunden
    }

# Nach dem Namen des Bildschirms und einem Doppelpunkt.
tray-is-stopped = gestoppt
tray-is-starting = startet…
tray-is-running = läuft
tray-is-stopping = wird gestoppt…
tray-has-ended = beendet
tray-is-unavailable = lässt sich nicht starten

## Benachrichtigungen, und Antworten an Besucher.

note-allow = Erlauben
note-allow-view = Zusehen erlauben
note-deny = Ablehnen
note-wants-control = { $address } möchte { $display } steuern
note-wants-view = { $address } möchte { $display } sehen
note-visitor-waits = Ein Besucher mit dem Link wartet auf Ihre Antwort.
note-guest = { $address } ist mit { $display } verbunden
note-guest-controls = Tastatur und Maus wirken von dort.
note-guest-views = Nur zusehen.
note-guest-raw = Was von dort erlaubt ist, bestimmt der VNC-Server.
note-disconnect = Trennen

## Fragen, bevor etwas verloren geht.

question-stop = { $display } stoppen?
question-restart = { $display } neu starten?
question-stop-all = { $displays } stoppen und Porthole beenden?
question-quit = Porthole beenden?
question-stop-yes = Stoppen
question-restart-yes = Neu starten
question-no = Weiterlaufen lassen
loses-work =
    { $count ->
        [one] Alle Programme darauf werden geschlossen, und nicht gespeicherte Arbeit geht verloren.
       *[other] Alle Programme darauf werden geschlossen, und nicht gespeicherte Arbeit geht verloren.
    }
loses-visitors =
    { $count ->
        [one] 1 Besucher wird getrennt.
       *[other] { $count } Besucher werden getrennt.
    }
loses-links =
    { $count ->
        [one] 1 Link öffnet nichts mehr, bis Sie Porthole wieder starten.
       *[other] { $count } Links öffnen nichts mehr, bis Sie Porthole wieder starten.
    }

## Die Fehlersuche. Was ist, oder die Ursache eines Fehlers; und nach -fix, was zu tun ist. Ein Befehl steht nach einem
## Doppelpunkt und beendet den Satz.

doctor-config-fix = Berichtigen Sie { $file }. Die Datei wird nach jedem Speichern neu gelesen.
doctor-config-none = { $file } gibt es noch nicht: Es gibt einen Bildschirm, Demo.
doctor-config-well =
    { $displays ->
        [one] { $file } ist in Ordnung und hat 1 Bildschirm.
       *[other] { $file } ist in Ordnung und hat { $displays } Bildschirme.
    }
doctor-config-foreign = { $path } gehört jemand anderem (Benutzer-ID { $user }) und lässt sich von dort ändern.
doctor-config-foreign-fix = Führen Sie aus: sudo chown { $us } { $path }
doctor-config-open = Andere Benutzer können { $path } ändern, und damit auch, was Porthole ausführt.
doctor-config-open-fix = Führen Sie aus: chmod go-w { $path }
doctor-secrets-well = Niemand sonst kann die Dateien mit Passwörtern und Schlüsseln lesen.

doctor-tokens-well =
    { $tokens ->
        [one] { $file } ist in Ordnung und hat 1 Token.
       *[other] { $file } ist in Ordnung und hat { $tokens } Token.
    }
doctor-tokens-fix = Berichtigen Sie das. Die Datei wird nach jeder Änderung neu gelesen.
doctor-tokens-guessable =
    { $tokens ->
        [one] { $file } enthält ein Token, das so kurz ist, dass man es erraten kann: das für { $target }.
       *[other] { $file } enthält { $tokens } Token, die so kurz sind, dass man sie erraten kann. Das erste ist das für { $target }.
    }
doctor-tokens-guessable-fix = Ersetzen Sie es durch mindestens 8 zufällige Buchstaben und Ziffern, besser 22, und geben Sie den neuen Link weiter. So erzeugen Sie eines: head -c 16 /dev/urandom | base64 | tr -dc A-Za-z0-9
doctor-targets-well =
    { $targets ->
        [one] Das eine Ziel in { $file } antwortet.
       *[other] Alle { $targets } Ziele in { $file } antworten.
    }
doctor-targets-more =
    { $targets ->
        [one] 1 weiteres Ziel antwortet nicht.
       *[other] { $targets } weitere Ziele antworten nicht.
    }
doctor-targets-fix = Starten Sie seinen VNC-Server, oder berichtigen Sie die Token-Datei.
doctor-target-well = { $target } antwortet.
doctor-target-fix = Starten Sie den VNC-Server, oder starten Sie Porthole mit einem anderen Ziel.
doctor-targets-untried =
    { $targets ->
        [one] 1 Ziel in { $file } wurde nicht versucht.
       *[other] { $targets } Ziele in { $file } wurden nicht versucht.
    }
doctor-targets-untried-fix = Höchstens 100 werden versucht, 12 Sekunden lang. Für andere geben Sie eine Datei an, in der nur diese stehen.

doctor-state-no-folder = { $folder } ist kein Ordner; so lassen sich Links und Port nicht merken.
doctor-state-no-folder-fix = Benennen Sie es um: mv { $folder } { $folder }.old
doctor-state-closed = In { $folder } lässt sich nichts schreiben ({ $error }); so lassen sich Links und Port nicht merken.
doctor-state-read-only-fix = Machen Sie das Dateisystem wieder beschreibbar.
doctor-state-foreign = { $path } gehört jemand anderem (Benutzer-ID { $user }).
doctor-state-chown-fix = Führen Sie aus: sudo chown -R { $us } { $folder }
doctor-state-open = Andere Benutzer kommen an { $path } heran.
doctor-state-open-fix = Führen Sie aus: chmod go-rwx { $path }
doctor-state-damaged = { $file } lässt sich nicht lesen ({ $error }): Kopierte Links gelten nicht mehr.
doctor-state-damaged-fix = Stellen Sie die Datei aus einer Sicherung wieder her; oder lassen Sie sie beim nächsten Start beiseitelegen und neu beginnen, und kopieren Sie die Links neu.
doctor-state-well = Was sich das Programm merken muss, steht in { $file }.

doctor-disk-full = Auf dem Datenträger von { $folder } ist kein Platz mehr: Nichts lässt sich speichern.
doctor-disk-no-files = Auf dem Datenträger von { $folder } ist keine Datei mehr frei: Nichts lässt sich speichern.
doctor-disk-little = Auf dem Datenträger von { $folder } sind nur noch { $megabytes } MB frei.
doctor-disk-fix = Schaffen Sie dort Platz; so sehen Sie, was ihn belegt: du -xh { $folder } | sort -h | tail
doctor-disk-unknown = Wie voll der Datenträger von { $folder } ist, lässt sich nicht feststellen: { $error }.
doctor-disk-well = Die Datenträger haben Platz.

# Der zweite Teil eines Satzes.
doctor-runtime-instead = Bildschirme haben ihre Sockets stattdessen unter /tmp/porthole-{ $us }
doctor-runtime-root = Als root haben Bildschirme ihre Sockets unter /run.
doctor-runtime-relative = XDG_RUNTIME_DIR ist `{ $folder }`, und das ist kein vollständiger Pfad; { $instead }.
doctor-runtime-relative-fix = Entfernen Sie die Zeile, die die Variable setzt, und melden Sie sich neu an.
doctor-runtime-gone = XDG_RUNTIME_DIR nennt { $folder }, was sich nicht benutzen lässt ({ $error }); { $instead }.
doctor-runtime-gone-fix = Melden Sie sich neu an statt mit `su`; für einen Dienst legt RuntimeDirectory= in systemd einen solchen Ordner an.
doctor-runtime-unset = XDG_RUNTIME_DIR ist nicht gesetzt, und { $folder } gibt es nicht; { $instead }.
doctor-runtime-unset-fix = Melden Sie sich über die Anmeldung des Systems an (pam_systemd oder elogind), oder führen Sie einmal `loginctl enable-linger` aus.
doctor-runtime-foreign = { $folder } ist kein Ordner von Ihnen (Benutzer-ID { $user }); { $instead }.
doctor-runtime-foreign-fix = Diese Shell kam von `su` oder `sudo` und hat die Umgebung eines anderen Benutzers behalten: Nehmen Sie `su -` oder `sudo -i`.
doctor-runtime-open = Andere Benutzer kommen in { $folder } hinein; { $instead }.
doctor-runtime-open-fix = Führen Sie aus: chmod 700 { $folder }
doctor-runtime-long = Der Pfad { $folder } ist zu lang für die Sockets von Bildschirmen.
doctor-runtime-long-fix = Setzen Sie XDG_RUNTIME_DIR auf einen Pfad von höchstens { $letters } Zeichen.
doctor-runtime-well = Bildschirme haben ihre Sockets unter { $folder }.

doctor-x-sockets-none = { $folder } gibt es noch nicht; der erste Bildschirm legt den Ordner an.
doctor-x-sockets-missing = Der Ordner { $folder } fehlt, in dem X-Bildschirme ihre Sockets haben.
doctor-x-sockets-missing-fix = Führen Sie aus: sudo install -d -m 1777 -o root -g root { $folder }
doctor-x-sockets-link = { $folder } ist eine Verknüpfung; dort muss der Ordner aller X-Bildschirme sein.
doctor-x-sockets-socket = { $folder } ist ein Socket; dort muss der Ordner aller X-Bildschirme sein.
doctor-x-sockets-file = { $folder } ist eine Datei; dort muss der Ordner aller X-Bildschirme sein.
doctor-x-sockets-no-folder-fix = Führen Sie aus: sudo rm { $folder }, und danach sudo install -d -m 1777 -o root -g root { $folder }
doctor-x-sockets-foreign = { $folder } gehört der Benutzer-ID { $user }, die damit allen die Bildschirme wegnehmen kann.
doctor-x-sockets-foreign-fix = Führen Sie aus: sudo chown root:root { $folder }
doctor-x-sockets-closed = Nicht alle können den Socket eines X-Bildschirms in { $folder } anlegen (Modus { $mode }).
doctor-x-sockets-closed-fix = Führen Sie aus: sudo chmod 1777 { $folder }
doctor-x-sockets-well = X-Bildschirme können ihre Sockets in { $folder } haben.

doctor-refused-hosts = Besucher wurden abgewiesen, die diesen Rechner als { $names } ansprachen.
doctor-refused-hosts-fix = Wenn dieser Name Ihrer ist, ergänzen Sie hosts = ["{ $name }"] in den Einstellungen.
doctor-refused-origins = Seiten von { $names } wollten sich verbinden und wurden abgewiesen.
doctor-refused-origins-fix = Wenn Besucher von dort kommen, etwa über einen Reverse-Proxy, ergänzen Sie origins = ["{ $name }"] in den Einstellungen.
doctor-refused-hosts-argument-fix = Wenn dieser Name Ihrer ist, starten Sie Porthole zusätzlich mit --allow-host={ $name }.
doctor-refused-origins-argument-fix = Wenn Besucher von dort kommen, etwa über einen Reverse-Proxy, starten Sie Porthole zusätzlich mit --allow-origin={ $name }.
doctor-refused-http10 = Ein Reverse-Proxy reicht WebSockets mit HTTP/1.0 weiter; seine Besucher können sich deshalb nicht verbinden.
doctor-refused-http10-fix = Ergänzen Sie in NGINX bei der location: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";
doctor-refused-no-upgrade = Ein Reverse-Proxy entfernt die Upgrade-Kopfzeilen von WebSockets; seine Besucher können sich deshalb nicht verbinden.
doctor-refused-no-upgrade-fix = Ergänzen Sie in NGINX bei der location: proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";
doctor-running-other = Das Porthole, das läuft (Prozess { $process }), hat die Version { $version }; dies ist { $ours }.
doctor-running-other-fix = Beenden Sie es, und starten Sie es neu. Desktops, die es gestartet hat, laufen weiter.
doctor-running-well = Porthole läuft (Prozess { $process }) unter { $address }.
doctor-running-not = Porthole läuft zurzeit nicht mit diesen Einstellungen.
doctor-running-odd = Das Porthole, das läuft, antwortet nicht auf das, was gefragt war.
doctor-running-silent = Das Porthole, das läuft, antwortet nicht.
doctor-running-unknown-fix = Vielleicht steht der Grund in seinem Protokoll. Wenn es hängt, beenden Sie seinen Prozess, und starten Sie es neu; Desktops, die es gestartet hat, laufen weiter.

doctor-port-unchosen = Beim ersten Start wird ein freier Port gewählt und behalten.
doctor-port-listened = Porthole ist über Port { $port } erreichbar.
doctor-port-free = Port { $port } ist frei.
doctor-port-administrator = Port { $port } darf nur die Systemverwaltung benutzen.
doctor-port-administrator-fix = Setzen Sie in { $file } einen `port` ab 1024; { $port } kann ein Reverse Proxy haben. Oder erlauben Sie es: sudo sysctl net.ipv4.ip_unprivileged_port_start={ $port }
doctor-port-no-address = Dieser Rechner hat die Adresse { $ip } nicht.
doctor-port-no-address-fix = Ändern Sie `listen` in { $file }. Der Rechner hat: { $addresses }.
doctor-port-no-address-none-fix = Ändern Sie `listen` in { $file }. Der Rechner hat zurzeit nur die Adresse 127.0.0.1.
doctor-port-other = { $address } lässt sich nicht benutzen: { $error }.
doctor-port-other-fix = Prüfen Sie `listen` und `port` in { $file }.
doctor-port-taken = Port { $port } ist belegt, von { $program } (Prozess { $process }).
doctor-port-taken-by-user = Port { $port } ist belegt, vom Programm eines anderen Benutzers (Benutzer-ID { $user }).
doctor-port-taken-by-other = Port { $port } ist von einem anderen Programm belegt.
doctor-port-taken-fix = Beenden Sie dieses Programm, oder setzen Sie in { $file } einen anderen `port`. Links, die schon kopiert sind, nennen dann den falschen.

doctor-network-none = Dieser Rechner ist in keinem Netz: Links öffnen sich nur auf ihm selbst.
doctor-network-none-fix = Verbinden Sie ihn mit dem Netz, in dem die anderen Rechner sind.
doctor-network-missing = Andere Rechner sollen über { $interface } kommen, das zurzeit keine Adresse hat: Links öffnen sich nur auf diesem Rechner.
doctor-network-missing-fix = Verbinden Sie es, oder berichtigen Sie `interface` in den Einstellungen.
doctor-network-not-listened = { $interface } hat { $ip }. Dort ist Porthole nicht erreichbar, weil `{ $key }` in den Einstellungen es so will.
doctor-network-not-told = { $interface } hat { $ip }. Porthole lauscht dort nicht, weil seine Befehlszeile andere Adressen nennt.
doctor-network-well = { $interface }: Links mit { $ip } lassen sich öffnen, soweit das von hier aus zu sehen ist.
doctor-network-closed = { $interface } hat { $ip }, aber eine Verbindung dorthin scheitert schon von hier aus: { $error }.
doctor-network-closed-fix = Sehen Sie sich Routen und Paketfilter dieses Rechners an: ip route get, und als root nft list ruleset.

doctor-firewall-alone = Keine Firewall steht im Weg: Porthole ist nur für diesen Rechner erreichbar.
doctor-firewall-later = Die Firewall lässt sich prüfen, sobald ein Port gewählt ist.
doctor-firewall-well = Keine Firewall, die hier bekannt ist, sperrt Port { $port }.
doctor-firewall-closed = Die Firewall { $firewall } sperrt Port { $port } für andere Rechner.
doctor-firewall-closed-fix = So lassen Sie sie herein: { $command }
doctor-firewall-maybe = Die Firewall { $firewall } ist an und sperrt vielleicht Port { $port } für andere Rechner.
doctor-firewall-maybe-fix = Falls sich Links auf anderen Rechnern nicht öffnen: { $command }
doctor-firewall-nft = sudo nft add rule inet filter input tcp dport { $port } accept (mit den Namen Ihrer Tabelle und Kette)

doctor-certificate-http = Links sind http, also gibt es kein Zertifikat zu prüfen.
doctor-certificate-generated = Porthole erstellt sein Zertifikat selbst und erneuert es.
doctor-certificate-unknown = Bis wann das Zertifikat gilt, lässt sich nicht lesen.
doctor-certificate-early =
    { $days ->
        [0] Das Zertifikat gilt erst in weniger als einem Tag; Browser lehnen es jetzt ab.
        [one] Das Zertifikat gilt erst in 1 Tag; Browser lehnen es jetzt ab.
       *[other] Das Zertifikat gilt erst in { $days } Tagen; Browser lehnen es jetzt ab.
    }
doctor-certificate-early-fix = Warten Sie, oder stellen Sie die Uhr richtig: timedatectl set-ntp true
doctor-certificate-ended =
    { $days ->
        [0] Das Zertifikat ist vor weniger als einem Tag abgelaufen; Browser lehnen es ab.
        [one] Das Zertifikat ist vor 1 Tag abgelaufen; Browser lehnen es ab.
       *[other] Das Zertifikat ist vor { $days } Tagen abgelaufen; Browser lehnen es ab.
    }
doctor-certificate-ends =
    { $days ->
        [0] Das Zertifikat läuft in weniger als einem Tag ab.
        [one] Das Zertifikat läuft in 1 Tag ab.
       *[other] Das Zertifikat läuft in { $days } Tagen ab.
    }
doctor-certificate-renew-fix = Lassen Sie es erneuern. Eine neue Datei gilt, sobald sie da ist.
doctor-certificate-files-fix = Berichtigen Sie die Datei. Porthole lädt sie, sobald sie gültig ist; bis dahin bleibt das letzte gute Zertifikat in Gebrauch.
doctor-certificate-well = Das Zertifikat passt zu seinem Schlüssel und gilt noch { $days } Tage.

doctor-display-well = { $display } lässt sich öffnen.
doctor-display-closed = { $display } lässt sich nicht öffnen. { $cause }
doctor-socket-missing = Den Socket { $socket } gibt es nicht ({ $error }).
doctor-socket-no-socket = { $socket } ist kein Socket.
doctor-socket-no-socket-fix = Berichtigen Sie `target` dieses Bildschirms in der Einstellungsdatei.
doctor-socket-closed = Dieser Benutzer darf den Socket { $socket } nicht öffnen.
doctor-socket-closed-fix = Lassen Sie ihn vom VNC-Server für eine Gruppe anlegen, in der Sie sind (-rfbunixmode 0660), oder führen Sie aus: sudo chmod go+rw { $socket }
doctor-desktops-well = Neue Desktops lassen sich starten.
doctor-no-pam = Dieses System hat kein PAM für su: Desktops anderer Benutzer bekommen keine Sitzung von logind und keine Grenzen aus limits.conf, und kein Home-Verzeichnis wird für sie angelegt.
doctor-no-pam-fix = Installieren Sie das su von util-linux mit PAM, sodass es /etc/pam.d/su gibt.
doctor-this-screen-well = Der Bildschirm, vor dem man sitzt, lässt sich teilen.

doctor-screen-none = Hier ist kein Bildschirm (weder DISPLAY noch WAYLAND_DISPLAY ist gesetzt): portholed funktioniert, porthole öffnet kein Fenster.
doctor-screen-wayland-gone = WAYLAND_DISPLAY ist `{ $name }`, aber unter { $socket } antwortet kein Wayland-Compositor.
doctor-screen-wayland-gone-fix = Starten Sie Porthole aus der grafischen Sitzung, oder heben Sie WAYLAND_DISPLAY auf (unset).
doctor-screen-wayland = Dies ist eine Wayland-Sitzung: Das Fenster funktioniert, aber X0tigervnc kann ihren Bildschirm nicht teilen.
doctor-screen-wayland-fix = Nehmen Sie die Freigabe des Desktops selbst (GNOME: Einstellungen, System, Entfernter Desktop; KDE: krfb; Sway und andere: wayvnc), hier hinzugefügt als Bildschirm mit `target`; oder melden Sie sich in einer X11-Sitzung an.
doctor-screen-x-gone = DISPLAY ist `{ $name }`, aber unter { $socket } antwortet kein X-Server.
doctor-screen-x-gone-fix = Starten Sie Porthole aus der grafischen Sitzung, oder heben Sie DISPLAY auf (unset).
doctor-screen-cookie = XAUTHORITY ist `{ $file }`, was sich nicht lesen lässt: Der X-Server wird niemanden hereinlassen.
doctor-screen-cookie-fix = Starten Sie Porthole als Benutzer der grafischen Sitzung, oder heben Sie XAUTHORITY auf (unset).
doctor-screen-well = Es gibt einen X-Bildschirm, { $name }.

doctor-tray-no-bus = Der Sitzungsbus (D-Bus) antwortet nicht: Es gibt kein Symbol in der Leiste und keine Benachrichtigungen.
doctor-tray-no-bus-fix = Starten Sie Porthole aus der grafischen Sitzung, oder unter dbus-run-session.
doctor-tray-none = Der Desktop zeigt keine Symbole in der Leiste, darum beendet das Schließen des Fensters Porthole. Solange Besucher verbunden sind oder ein Link für andere gilt, fragt es vorher.
doctor-tray-none-fix = Installieren Sie unter GNOME die Erweiterung `AppIndicator and KStatusNotifierItem Support` (Debian, Ubuntu: gnome-shell-extension-appindicator); fügen Sie sonst der Leiste einen Systembereich hinzu.
doctor-tray-well = Der Desktop zeigt Symbole in der Leiste.

doctor-webkit-missing = WebKitGTK 4.1 fehlt: porthole kann sein Fenster nicht öffnen. portholed braucht kein Fenster.
doctor-webkit-missing-fix = Installieren Sie, was bei Ihrem System libwebkit2gtk-4.1-0 (Debian, Ubuntu), webkit2gtk4.1 (Fedora) oder webkit2gtk-4.1 (Arch) heißt.
doctor-webkit-well = WebKitGTK ist da: porthole kann sein Fenster öffnen.
doctor-tray-library-missing = Die Bibliothek für das Symbol in der Leiste fehlt: Das Fenster funktioniert auch ohne.
doctor-tray-library-missing-fix = Installieren Sie, was bei Ihrem System libayatana-appindicator3-1 (Debian, Ubuntu), libayatana-appindicator-gtk3 (Fedora) oder libayatana-appindicator (Arch) heißt.
doctor-tray-library-well = Die Bibliothek für das Symbol in der Leiste ist da.

doctor-descriptors = Höchstens { $most } Dateien und Sockets dürfen offen sein: genug für etwa { $viewers } Betrachter.
doctor-descriptors-fix = Heben Sie die harte Grenze an: `ulimit -Hn 65536` als root, nofile in /etc/security/limits.conf, oder LimitNOFILE= in der Unit von systemd.
doctor-clock-wrong = Die Uhr geht falsch: Sie zeigt eine Zeit, zu der es dieses Programm noch nicht gab. Links würden zur falschen Zeit enden, und Zertifikate scheinen noch nicht zu gelten.
doctor-clock-back = Die Uhr ist zurückgestellt oder geht falsch: { $file } wurde später als jetzt gespeichert. Links enden so zur falschen Zeit.
doctor-clock-fix = Stellen Sie sie richtig: timedatectl set-ntp true, oder date --set.
doctor-clock-well = Die Uhr scheint richtig zu gehen.

## Warum ein Bildschirm nicht erreichbar ist; nach -fix, was zu tun ist.

unreachable = Keine Verbindung zu { $place }: { $why }.
unreachable-fix = Starten Sie den VNC-Server, oder berichtigen Sie `target` dieses Bildschirms in der Einstellungsdatei.
unreachable-address-fix = Starten Sie den VNC-Server, oder berichtigen Sie die Adresse.
unreachable-silent = Was unter { $place } läuft, hat nicht rechtzeitig geantwortet.
unreachable-silent-fix = Prüfen Sie, ob es ein VNC-Server ist und ob ihn etwas aufhält.

# Das Ende eines Satzes.
no-way-nobody = Dort antwortet nichts
no-way-no-socket = Seinen Socket gibt es nicht
no-way-not-a-socket = Sein Socket ist eine Datei anderer Art
no-way-closed-socket = Sein Socket darf nicht geöffnet werden
no-way-foreign-socket = Sein Socket gehört einem anderen Benutzer
no-way-unknown-socket = Das System sagt nicht, wem sein Socket gehört
no-way-unknown-host = Der Rechnername ist nicht bekannt
no-way-no-address = Der Rechnername hat keine Adresse
no-way-no-route = Kein Weg führt zu diesem Rechner
no-way-silent = Der Rechner antwortet nicht
no-way-slow = Nach 5 Sekunden kam noch keine Antwort
no-way-full = Er hat so viele Betrachter, wie er bedienen kann
no-way-not-started = Der Bildschirm ist nicht gestartet
no-way-failed = Die Verbindung ist gescheitert

server-no-vnc = Das ist kein VNC-Server.
server-no-vnc-fix = Prüfen Sie den Port des Ziels.
server-old = Der Server spricht RFB { $version }, und das ist zu alt.
server-old-fix = Nehmen Sie einen Server ab RFB 3.3, keinen Repeater.
server-cut-short = Der VNC-Server hat aufgelegt oder ist verstummt, bevor { $during }.
server-before-greeting = er grüßte
server-before-security = er einen Sicherheitstyp anbot
server-before-challenge = er seine Aufgabe stellte
server-before-accepting = er uns annahm
server-before-screen = er seinen Bildschirm beschrieb
server-before-vencrypt = er einen Untertyp von VeNCrypt anbot
server-before-tls = er TLS begann
server-before-tight = er einen Untertyp von Tight anbot
server-before-key = er seinen RSA-Schlüssel sandte
server-before-random = er seine Zufallszahl sandte
server-before-hash = er den Hash beider RSA-Schlüssel sandte
server-before-credentials = er sagte, welche Anmeldedaten er will
server-before-diffie-hellman = er seine Diffie-Hellman-Zahlen sandte
server-before-reason = er seinen Grund nannte
server-cut-short-fix = Prüfen Sie das Ziel, und sehen Sie ins Protokoll des Servers.
server-refused = Der VNC-Server hat die Verbindung abgelehnt.
server-refused-fix = Sehen Sie ins Protokoll des VNC-Servers.
server-locked = Der VNC-Server hat uns nach falschen Passwörtern ausgesperrt.
server-locked-fix = Setzen Sie das richtige Passwort; warten Sie dann, oder starten Sie den Server neu.
server-wrong-password = Der VNC-Server hat das Passwort des Bildschirms abgelehnt.
server-wrong-password-fix = Setzen Sie das richtige (VNC nimmt die ersten 8 Bytes).
server-asks = Der VNC-Server verlangt ein Passwort, und der Bildschirm hat keines.
server-asks-fix = Setzen Sie password_file.
server-asks-not = Der Bildschirm hat ein Passwort, aber der VNC-Server verlangt keines.
server-asks-not-fix = Entfernen Sie es, oder starten Sie den Server mit -SecurityTypes VncAuth.
server-security = Der VNC-Server bietet nur { $offered } an.
server-types = { $names }
server-types-more = { $names }, { $more } weitere
server-security-fix = Starten Sie ihn mit -SecurityTypes VncAuth.
server-wrong-user = Der VNC-Server hat Benutzernamen oder Passwort des Bildschirms abgelehnt.
server-wrong-user-fix = Setzen Sie die richtigen.
server-asks-user = Der VNC-Server verlangt einen Benutzernamen, und der Bildschirm hat keinen.
server-asks-user-fix = Setzen Sie user.
server-weak = Der VNC-Server bietet nur { $offered } an, was der Bildschirm nicht zulässt.
server-weak-fix = Fügen Sie seinen Anmeldeverfahren X509Vnc, X509Plain oder RA2_256 hinzu.
server-broken = Die Anmeldung am VNC-Server mit { $login } ist fehlgeschlagen: { $fault }.
server-broken-fix = Prüfen Sie, was dort antwortet, und sehen Sie ins Protokoll des VNC-Servers.
server-long-user = Der Benutzername ist länger, als { $login } zulässt ({ $limit } Bytes).
server-long-password = Das Passwort ist länger, als { $login } zulässt ({ $limit } Bytes).
server-long-target = Das Ziel ist länger, als { $login } zulässt ({ $limit } Bytes).
server-credential-fix = Setzen Sie einen kürzeren Wert.
fault-key-length = Der RSA-Schlüssel des Servers hat { $bits } Bits statt 1024 bis 8192
fault-key = Der RSA-Schlüssel des Servers ist ungültig
fault-random-length = Die Zufallszahl des Servers kam in { $length } Bytes statt in { $expected }
fault-random = Die Zufallszahl des Servers lässt sich nicht entschlüsseln
fault-hash = Die Prüfsumme des Servers über beide RSA-Schlüssel stimmt nicht; vielleicht sitzt jemand dazwischen
fault-subtype = Der Server verlangt Anmeldedaten einer unbekannten Art ({ $kind })
fault-record = Ein verschlüsseltes Paket wurde unterwegs verändert
fault-record-length = Ein verschlüsseltes Paket hat { $length } Bytes, mehr als 8192
fault-turn = Der Server hat mehr gesendet, als an der Reihe war
fault-prime-length = Die Diffie-Hellman-Primzahl des Servers hat { $bytes } Bytes statt 128 bis 1024
fault-diffie-hellman = Die Diffie-Hellman-Zahlen des Servers sind ungültig
fault-vencrypt-version = Der Server spricht VeNCrypt { $version } statt 0.2
fault-vencrypt = Der Server hat VeNCrypt 0.2 abgelehnt
fault-subtypes = Der Server bietet keine Unterarten an
fault-tls = Der Server konnte TLS nicht beginnen; vielleicht fehlt ihm ein Zertifikat
fault-capabilities = Der Server zählt { $count } Fähigkeiten auf, mehr als 64
fault-tunnel = Der Server bietet nur Tunnel an, die niemand kennt
server-long-name = Der Name des VNC-Servers hat { $length } Bytes, mehr als 4096.
server-long-name-fix = Geben Sie dem Desktop einen kürzeren Namen.
# Fremde Worte.
server-said = Er sagte: „{ $said }“

target-wrong = `{ $target }` ist kein Ziel: { $why }. Schreiben Sie es wie 127.0.0.1:5901, [::1]:5901, localhost:1 oder unix:/pfad.
# Das Ende eines Satzes.
target-relative = Der Pfad muss mit / beginnen
target-no-port = Der Port fehlt
target-not-ipv6 = In eckigen Klammern muss eine IPv6-Adresse stehen
target-no-brackets = Eine IPv6-Adresse steht in eckigen Klammern
target-no-host = Das ist kein Rechnername
target-bad-port = Der Port muss eine Zahl von 0 bis 65535 sein

## Warum ein Desktop nicht startet, was beim Start geschieht, und warum er zu Ende ist.

launch-not-here = Desktops lassen sich nur unter Linux starten.
launch-not-here-fix = Geben Sie dem Bildschirm stattdessen ein `target`.
launch-not-installed = TigerVNC ist nicht installiert: { $program } wurde nicht gefunden.
launch-not-installed-fix = Installieren Sie TigerVNC.
launch-install-fix = So installieren Sie es: { $command }.
launch-no-session = Für { $user } gibt es keinen Desktop: weder ~/.vnc/xstartup, ~/.config/tigervnc/xstartup noch ~/.xsession, und kein Desktop ist installiert.
launch-no-session-fix = So installieren Sie einen: { $command }. Oder nennen Sie einen Befehl als `session`.
launch-no-session-unknown-fix = Installieren Sie einen Desktop, etwa Xfce. Oder nennen Sie einen Befehl als `session`.
launch-xstartup-crlf = { $path } hat Windows-Zeilenenden (CRLF), deshalb würden seine Befehle nicht gefunden.
launch-xstartup-crlf-fix = So wandeln Sie die Datei um: sed -i 's/\r$//' { $path }.
launch-xstartup-unreadable = { $path } kann von seinem Benutzer nicht gelesen werden.
launch-xstartup-unreadable-fix = So kann der Besitzer sie lesen: chmod u+r { $path }.
launch-no-user = Den Benutzer `{ $user }` gibt es auf diesem Rechner nicht.
launch-no-user-fix = Prüfen Sie `user`, oder legen Sie das Konto an.
launch-no-login = Mit dem Konto `{ $user }` kann man sich nicht anmelden: Seine Shell ist { $shell }.
launch-no-login-fix = Wählen Sie einen anderen `user`, oder geben Sie dem Konto eine Shell: usermod -s /bin/bash { $user }.
launch-expired = Das Konto `{ $user }` ist abgelaufen.
launch-expired-fix = So öffnen Sie es wieder: chage -E -1 { $user }.
launch-no-limits = Die Grenzen einer Anmeldung von { $user } ließen sich nicht lesen: { $why }.
launch-no-limits-fix = Starten Sie den Desktop noch einmal. Bleibt es dabei, zeigt dieser Befehl als root den Grund: runuser -u { $user } true.
launch-login-refused = Für { $user } ließ sich keine Sitzung öffnen{ $said }.
launch-no-home = Das Home-Verzeichnis { $home } von { $user } gibt es nicht.
launch-no-home-fix = Legen Sie es an, oder lassen Sie es bei der Anmeldung anlegen: aktivieren Sie pam_mkhomedir für su.
launch-logins-closed = Nur root darf sich zurzeit anmelden, weil es { $file } gibt{ $said }.
launch-no-sudo = { $me } darf keinen Desktop für { $user } starten{ $said }.
launch-no-sudo-fix = Um es zu erlauben, fügen Sie mit `visudo -f /etc/sudoers.d/porthole` diese Zeile hinzu: { $me } ALL=({ $user }) NOPASSWD: ALL.
launch-bad-folder = Der Ordner { $folder } lässt sich nicht benutzen: { $why }.
launch-bad-folder-fix = Entfernen Sie ihn.
launch-long-path = Der Pfad des Sockets wäre zu lang: { $path } hat { $length } Bytes, und 107 sind möglich.
launch-long-path-fix = Setzen Sie XDG_RUNTIME_DIR auf einen kürzeren Pfad.
launch-disk-full = Auf dem Datenträger von { $path } ist kein Platz mehr.
launch-disk-full-fix = Schaffen Sie dort Platz, und starten Sie neu.
launch-folder = { $path } ließ sich nicht anlegen: { $why }.
launch-no-x11-folder-fix = Legen Sie ihn an: sudo install -d -m 1777 -o root -g root /tmp/.X11-unix.
launch-run = { $program } ließ sich nicht ausführen: { $why }.
launch-server-failed = Der VNC-Server endete, bevor er bereit war{ $said }.
launch-server-silent = Der VNC-Server war nach { $seconds } Sekunden noch nicht bereit; er wurde beendet.
launch-impostor = Der Socket { $socket } gehört nicht dem VNC-Server, der gestartet wurde: { $why }.
launch-no-screen = Hier ist kein X-Bildschirm zu teilen: DISPLAY ist nicht gesetzt.
launch-no-screen-fix = Starten Sie Porthole auf dem Desktop, den Sie teilen wollen.
launch-wayland = Dies ist eine Wayland-Sitzung, deren Bildschirm X0tigervnc nicht sehen kann.
launch-wayland-fix = Was geht: die Freigabe des Desktops selbst (GNOME: Einstellungen, System, Entfernter Desktop; KDE: krfb; Sway und andere: wayvnc), hier hinzugefügt als Bildschirm mit `target`; oder eine X11-Sitzung.

# Das Ende eines Satzes.
folder-none = Es ist kein Ordner
folder-foreign = Er gehört jemand anderem (Benutzer-ID { $user })
folder-open = Andere dürfen hineinschreiben

# Innerhalb eines Satzes.
starting-account = das Konto wird nachgeschlagen
starting-folder = ein privater Ordner wird angelegt
starting-server = der VNC-Server wird gestartet
starting-session = die Sitzung wird gestartet

ended-stopped = Der Bildschirm wurde gestoppt.
ended-logged-out = Die Sitzung ist beendet: Der Benutzer hat sich abgemeldet.
ended-session = Die Sitzung ist beendet.
ended-session-at-once = Die Sitzung endete wenige Sekunden nach dem Start, ohne Fehler: Keines ihrer Programme lief weiter. Die letzten Zeilen ihres Protokolls können sagen, warum.
ended-session-not-run = Der Befehl der Sitzung ließ sich nicht ausführen (Status 126): Ist er ausführbar?
ended-session-not-found = Der Befehl der Sitzung wurde nicht gefunden (Status 127): Ist er installiert und richtig geschrieben?
ended-session-failed = Der Befehl der Sitzung endete mit Status { $status }; vielleicht steht der Grund in den letzten Zeilen des Protokolls.
ended-session-killed = Die Sitzung wurde abgebrochen ({ $signal }).
ended-server = Der VNC-Server ist beendet.
ended-server-failed = Der VNC-Server endete mit Status { $status }.
ended-server-killed = Der VNC-Server wurde abgebrochen ({ $signal }).
ended-while-away = Er endete, während Porthole nicht lief.
ended-interrupted = Porthole endete, während es diesen Bildschirm startete; starten Sie ihn neu.
ended-forsaken = Porthole wacht nicht mehr darüber.

# In Klammern.
signal = Signal { $signal }
signal-crashed = { $name }: abgestürzt
signal-killed = SIGKILL: jemand hat es beendet, oder der Arbeitsspeicher reichte nicht

desk-not-started = { $display } wurde nicht gestartet: { $cause }
desk-not-restarted = { $display } wurde nicht neu gestartet: { $cause }
desk-unknown = Diesen Bildschirm startet Porthole nicht.
desk-no-longer = { $display } steht nicht mehr in den Einstellungen.
desk-runs-on = { $display } läuft weiter wie bisher; was geändert wurde, gilt ab dem nächsten Start.
desk-still-runs = { $display } steht nicht mehr in den Einstellungen, läuft aber noch. So stoppen Sie ihn: portholed stop "{ $display }".
desk-runs-for-another = Der Desktop von { $user } läuft noch, als { $name }, denn { $display } ist jetzt für jemand anderen. Um ihn wieder zu öffnen, machen Sie die Änderung an `user` rückgängig. So stoppen Sie ihn: portholed stop "{ $name }".
# Anstelle einer Adresse.
plan-desktop = Desktop
plan-desktop-of = Desktop von { $user }
desk-forgotten = nicht mehr in den Einstellungen
desk-forgotten-runs = Er steht nicht mehr in den Einstellungen; er läuft weiter, wie er gestartet wurde.
desk-forgotten-fix = Stoppen Sie ihn, oder nehmen Sie ihn wieder in die Einstellungen auf.

## Was an der Einstellungsdatei falsch ist, und an den Dateien, die sie nennt. Was nach Datei und Zeile kommt, ohne Punkt.

config-is-arguments = es gibt keine Einstellungsdatei: die Befehlszeile von websockify steht an ihrer Stelle
config-unreadable = lässt sich nicht lesen: { $error }
# Warum es sich nicht lesen lässt.
file-no-file = Das ist keine Datei
file-too-long = Die Datei ist länger als { $bytes } Bytes
config-file-unreadable = { $file } lässt sich nicht lesen: { $error }
config-not-utf8 = Das ist kein UTF-8-Text; speichern Sie die Datei als UTF-8
# Gesagt von dem, was sie liest; immer auf Englisch.
config-not-understood = Das lässt sich nicht lesen ({ $message })
config-listen-empty = `listen` ist eine leere Liste; schreiben Sie eine Adresse, etwa "127.0.0.1"
config-no-address = `{ $text }` ist keine Adresse dieses Rechners; schreiben Sie eine wie "127.0.0.1", "0.0.0.0" oder "::1" (ein Port kommt in `port`)
config-no-port = { $number } ist kein Port; schreiben Sie eine Zahl von 1 bis 65535, oder 0 für einen beliebigen
config-no-limit = { $number } taugt nicht als Grenze für Sitzungen; schreiben Sie eine Zahl von 1 bis 100000
config-no-base-path = `{ $text }` ist kein Basispfad; schreiben Sie einen wie "/novnc"
config-no-host = `{ $text }` ist kein Rechnername; schreiben Sie einen wie "desk.example.org", ohne Port
config-no-origin = `{ $text }` ist kein Ursprung: Schreiben Sie nur Schema, Host und eventuell einen Port, wie "https://desk.example.org"; keinen Pfad, keinen Schrägstrich am Ende, keine Platzhalter
config-no-public-url = `{ $text }` ist keine Adresse für Links; schreiben Sie eine wie "https://desk.example.org/novnc"
config-no-proxy = `{ $text }` ist keine Adresse eines Proxys; schreiben Sie eine wie "127.0.0.1", "10.0.0.0/8" oder "127.0.0.1 X-Forwarded-For"
config-proxy-everybody = `{ $text }` würde allen glauben; nennen Sie die Adressen Ihrer Proxys, etwa "127.0.0.1" oder "10.0.0.0/8"
config-name-missing = Ein Bildschirm braucht einen Namen
config-name-long = Dieser Name ist zu lang; höchstens 64 Zeichen sind möglich
config-name-control = Ein Name hat keine Zeilenumbrüche und keine anderen Steuerzeichen
config-name-taken = Den Namen `{ $name }` hat schon der Bildschirm in Zeile { $line }; wählen Sie einen anderen
config-no-id = `{ $text }` ist keine Kennung: schreiben Sie 1 bis 32 Zeichen aus a bis z, 0 bis 9 und -, das erste kein -
config-id-taken = Die Kennung `{ $id }` hat schon der Bildschirm in Zeile { $line }; wählen Sie eine andere, oder lassen Sie sie weg
config-display-gone = { $display } steht nicht mehr so in der Konfiguration; versuchen Sie es noch einmal
config-target-and-launch = Ein Bildschirm hat `target` oder `launch`, nicht beides; entfernen Sie eines davon
config-neither-target-nor-launch = Dieser Bildschirm hat weder `target` noch `launch`; fügen Sie hinzu, wo sein VNC-Server läuft, etwa target = ":1", oder launch = {"{}"} für einen eigenen Desktop
config-needless-password = Ein Bildschirm, den Porthole startet, braucht kein Passwort: Er bekommt ein eigenes
config-password-file = Die Passwortdatei { $file } { $cause }
config-password-no-text = ist kein Text. Schreiben Sie das Passwort selbst in die erste Zeile; eine Datei von vncpasswd geht hier nicht
config-password-empty = ist leer. Ihre erste Zeile ist das Passwort
config-password-lines = Ein Passwort ist eine einzige Zeile
config-neither = `{ $word }` ist weder { $one } noch { $other }
config-none-of = `{ $word }` ist keines von { $all }
config-depth = Eine Farbtiefe von { $depth } ist nicht möglich: Sie ist 24 oder 16
config-no-size = `{ $text }` ist keine Größe: Schreiben Sie sie wie 1920x1080, jede Seite von 16 bis 16384
config-no-account = `{ $name }` ist kein Name eines Kontos; lassen Sie `user` weg für Ihren eigenen Desktop
config-no-session = `session` ist kein Befehl; lassen Sie es weg für den Desktop des Systems
config-no-time = `{ $text }` ist keine Dauer für einen Link; schreiben Sie eine wie "30m", "1h" oder "7d", oder "never"
config-no-interface = `{ $name }` ist keine Netzwerkschnittstelle; schreiben Sie eine wie "wlan0"
config-key-alone = Ein `key` braucht sein Zertifikat; fügen Sie `cert` hinzu
config-token-file = In der Token-Datei { $fault }
config-exposed = Andere Benutzer können { $file } lesen.
config-exposed-fix = Führen Sie aus: chmod { $mode } { $file }

identity-mismatch = Dieser Schlüssel gehört zu keinem Zertifikat in { $certificate }; vergleichen Sie die Ausgaben von `openssl pkey -in SCHLÜSSEL -pubout` und `openssl x509 -in ZERTIFIKAT -noout -pubkey`
identity-broken-certificate = Ein Zertifikat darin ist beschädigt; exportieren oder laden Sie es noch einmal
identity-unusable-key = Dieser Schlüssel lässt sich nicht benutzen: { $why }; so entsteht ein P-256-Schlüssel mit Zertifikat: `{ $command }`; oder lassen Sie sich von Ihrer Zertifizierungsstelle eines ausstellen
identity-unreadable = Das lässt sich nicht lesen: { $error }
identity-broken = Das ist beschädigt: Ein Block von BEGIN bis END ist abgeschnitten oder verstümmelt
identity-no-certificate = Darin ist kein Zertifikat; eines in PEM beginnt mit -----BEGIN CERTIFICATE-----
identity-locked-key = Der Schlüssel darin ist mit einem Passwort geschützt; `openssl pkey -in SCHLÜSSEL -out NEU` macht einen ohne
identity-broken-key = Der Schlüssel darin ist beschädigt
identity-no-key = Darin ist kein privater Schlüssel; einer in PEM beginnt mit -----BEGIN PRIVATE KEY-----
identity-old-certificate = Dieses Zertifikat hat die X.509-Version 1, die Browser nicht annehmen; so entsteht eines der Version 3 mit demselben Schlüssel: `openssl req -x509 -key SCHLÜSSEL -days 397 -subj /CN=HOST -addext subjectAltName=DNS:HOST -out ZERTIFIKAT`
identity-unusable-certificate = Dieses Zertifikat lässt sich für TLS nicht benutzen; sehen Sie nach mit `openssl x509 -in ZERTIFIKAT -noout -text`
identity-key-p521 = Seine Kurve ist P-521, die Browser nicht annehmen
identity-key-curve = Seine Kurve ist weder P-256 noch P-384
identity-key-large = Es ist ein RSA-Schlüssel mit mehr als 4096 Bit
identity-key-small = Es ist ein RSA-Schlüssel mit weniger als 2048 Bit, und das ist nicht sicher
identity-key-kind = Er ist weder RSA noch EC noch Ed25519
identity-not-pem = Das ist kein PEM; `openssl x509 -in DATEI -out NEU` wandelt ein Zertifikat um, `openssl pkey -in DATEI -out NEU` einen Schlüssel und `openssl pkcs12 -in DATEI -nodes -out NEU` eine .pfx oder .p12 mit beidem

tokens-not-utf8 = Diese Zeile ist nicht UTF-8; speichern Sie die Datei als UTF-8-Text
tokens-no-colon = Ein Doppelpunkt mit Leerzeichen danach fehlt; schreiben Sie `token: host:port`
tokens-two-colons = Mehr als ein Doppelpunkt mit Leerzeichen danach; schreiben Sie `token: host:port`, und einen Kommentar in eine eigene Zeile
tokens-no-token = Vor dem Doppelpunkt fehlt das Token; schreiben Sie `token: host:port`
tokens-no-file = ist weder Datei noch Ordner
tokens-too-big = ist zu groß für Token-Dateien: zusammen mehr als { $mebibytes } MiB
tokens-too-many = hat zu viele Token: zusammen mehr als { $tokens }
tokens-long-line = diese Zeile ist zu lang: mehr als { $kibibytes } KiB
tokens-emptied = ist leer, hatte aber vorher Token; um alle wegzunehmen, schreiben Sie einen Kommentar hinein, etwa `# keine`
tokens-emptied-folder = enthält keine Token-Datei mehr; um alle Token wegzunehmen, legen Sie eine Datei mit einem Kommentar hinein, etwa `# keine`
tokens-kept = { $faults }. Bis dahin gelten die letzten guten Token weiter.
tokens-no-port = Das Ziel hat keinen Port; schreiben Sie host:port
tokens-bad-port = Das Ziel endet nicht mit einem Port von 1 bis 65535; schreiben Sie host:port, und einen Kommentar in eine eigene Zeile
tokens-bad-host = Der Rechner des Ziels ist weder Name noch Adresse
tokens-bad-address = Der Rechner des Ziels ist keine IPv6-Adresse; schreiben Sie host:port oder [adresse]:port
tokens-relative-socket = Der Pfad eines Unix-Sockets muss mit / beginnen
tokens-unknown-socket = Ein Unix-Socket wird als unix_socket:/pfad geschrieben
tokens-more = … und { $others } weitere
tokens-relative = { $file } ist nicht der ganze Pfad; schreiben Sie ihn vom ersten / an
tokens-path-not-utf8 = Der Pfad { $file } ist nicht UTF-8 wie die Einstellungsdatei; benennen Sie die Datei um

## Die Einstellungsdatei schreiben. Ohne Punkt.

config-not-written = { $file } ließ sich nicht schreiben: { $error }
config-mend-first = Berichtigen Sie zuerst, was darin falsch ist
config-write-yourself = Das ist so geschrieben, dass es sich hier nicht ändern lässt; schreiben Sie { $line } selbst
config-write-to-display-yourself = Das ist so geschrieben, dass es sich hier nicht ändern lässt; schreiben Sie { $line } selbst zu { $display }
config-remove-yourself = Das ist so geschrieben, dass es sich hier nicht ändern lässt; entfernen Sie { $key } selbst
config-fixed-addresses = Feste Adressen werden in die Einstellungsdatei geschrieben
config-first-desktop = Desktop
config-this-screen = Dieser Bildschirm

## Was das Fenster von dem sagt, worum es gebeten wurde.

done-added = { $display } wurde zu { $file } hinzugefügt.
done-kept-password = Das Passwort von { $display } ist jetzt gemerkt.
done-imported = Die Token aus { $file } gelten jetzt als Links.
done-imported-displays =
    { $count ->
        [0] Alle ihre Bildschirme sind schon in der Liste.
        [one] 1 Bildschirm wurde hinzugefügt.
       *[other] { $count } Bildschirme wurden hinzugefügt.
    }
done-exported = Der Verlauf ist in { $file }.
refused-host = Ein Besucher sprach diesen Rechner als „{ $name }“ an und wurde abgewiesen. Wenn dieser Name Ihrer ist, ergänzen Sie hosts = ["{ $name }"] in den Einstellungen.
done-new-port = Der neue Port gilt ab dem nächsten Start.
failed-open = { $display } ließ sich nicht öffnen: { $cause }.
failed-browser = Der Browser ließ sich nicht öffnen: { $cause }.
failed-no-browser = Kein Programm auf diesem Rechner öffnet Webseiten. Kopieren Sie stattdessen den Link, und öffnen Sie ihn dort, wo es einen Browser gibt.
failed-window = Das Fenster ließ sich nicht zeigen: { $cause }.
failed-copy = Der Link ließ sich nicht kopieren: { $cause }.
failed-login = Der Start beim Anmelden ließ sich nicht ändern: { $cause }.
failed-export = Der Verlauf ließ sich nicht nach { $folder } schreiben: { $cause }.
failed-export-no-folder = Für den Verlauf gibt es keinen Ordner: Setzen Sie HOME.
failed-file-open = { $file } ließ sich nicht öffnen: { $cause }.
failed-no-editor = Kein Programm auf diesem Rechner öffnet .toml-Dateien. Die Einstellungsdatei ist { $file }.
failed-no-display = Einen Bildschirm namens { $display } gibt es nicht mehr.
failed-unknown-display = Dieser Bildschirm ist nicht mehr in der Liste.
failed-no-visitor = Dieser Besucher ist gegangen.
failed-rights-not-yet = Der VNC-Server nimmt im Moment nichts an. Sobald er es tut, darf der Besucher steuern.
rights-session-ended = Die Sitzung endete, bevor sich ihre Rechte ändern ließen.
rights-view-lasts = Der Besucher darf nur noch zusehen, in allen Tabs und auch nach dem Neuladen der Seite, bis Sie die Steuerung zurückgeben.
failed-no-host = Dieser Rechner ist unter { $host } nicht mehr erreichbar.
failed-no-link = Es ließ sich kein Link erstellen: { $cause }.
failed-not-saved = Der Link gilt nur, bis Porthole endet: { $cause }.
failed-not-revoked = Der Link ist nur widerrufen, bis Porthole endet: { $cause }.
failed-port-not-kept = { $cause }. Der nächste Start wählt vielleicht einen anderen Port.
# Warum der Desktop es nicht getan hat.
desktop-gone = Der Desktop ist nicht mehr da
desktop-silent = Der Desktop antwortet nicht
# Ohne Punkt.
state-not-saved = { $file } ließ sich nicht speichern: { $cause }
state-ending = Das Programm endet gerade
no-random = Das System gibt keine Zufallszahlen ({ $cause })
link-no-display = Der Bildschirm steht nicht mehr in der Konfiguration
link-too-many = Zu diesem Bildschirm gibt es { $count } Links, mehr werden es nicht: widerrufen Sie, was niemand mehr braucht
link-too-many-in-all = Es gibt { $count } Links, mehr werden es nicht: widerrufen Sie, was niemand mehr braucht
state-damaged = { $file } ist beschädigt ({ $error }).
state-journal-damaged = Zeile { $line } von { $file } ist beschädigt.
state-journal-foreign = { $file } und { $journal } gehören nicht zusammen, etwa weil eine der beiden aus einer Sicherung stammt.
state-too-long = sie ist länger als { $limit } MiB; das schreibt Porthole nie
state-unreadable = { $file } lässt sich nicht lesen ({ $error }).
state-kept = Die Datei liegt jetzt als { $aside } daneben.
state-not-kept = Sie ließ sich nicht beiseitelegen: { $error }.
state-links-lost = Links, die vorher kopiert wurden, gelten nicht mehr.

copied-control = Link kopiert. Er erlaubt, den Bildschirm zu steuern, bis Sie ihn widerrufen{ $more }.
copied-control-for = Link kopiert. Er erlaubt { $time } lang, den Bildschirm zu steuern{ $more }.
copied-view = Link kopiert. Er erlaubt zuzusehen, bis Sie ihn widerrufen{ $more }.
copied-view-for = Link kopiert. Er erlaubt { $time } lang zuzusehen{ $more }.
copied-once = , nur einmal
copied-ask = , wenn Sie es erlauben
copied-here = Er öffnet sich nur auf diesem Rechner.
time-days =
    { $count ->
        [one] 1 Tag
       *[other] { $count } Tage
    }
time-hours =
    { $count ->
        [one] 1 Stunde
       *[other] { $count } Stunden
    }
time-minutes =
    { $count ->
        [one] 1 Minute
       *[other] { $count } Minuten
    }
time-seconds =
    { $count ->
        [one] 1 Sekunde
       *[other] { $count } Sekunden
    }

# Ohne Punkt.
control-failed = `portholed status`, `start` und `stop` werden dieses Programm nicht finden: { $path }: { $error }
control-elsewhere = `portholed status`, `sessions` und die anderen Befehle werden dieses Porthole nicht finden: In einem anderen Netzwerk-Namensraum lauscht ein anderes auf derselben Adresse
control-nowhere = `portholed status`, `sessions` und die anderen Befehle werden dieses Porthole nicht finden, weil es keinen Platz für seinen Steuer-Socket gibt: { $error }

## Das Netz.

listen-cannot = { $address } lässt sich nicht benutzen: { $error }. { $fix }.
listen-kept-fix = Diesen Port nennen Ihre Links. Beenden Sie, was ihn belegt (vielleicht läuft Porthole schon), oder setzen Sie in { $file } einen anderen `port`
listen-taken-fix = Beenden Sie, was den Port belegt, oder ändern Sie `port` in { $file }
listen-administrator-fix = Ports unter 1024 gehören der Systemverwaltung; setzen Sie in { $file } einen höheren `port`
listen-no-address-fix = Dieser Rechner hat die Adresse nicht; ändern Sie `listen` in { $file }
listen-other-fix = Prüfen Sie `listen` und `port` in { $file }
network-name-untold = Der Name { $name } ließ sich dem Netz nicht mitteilen: { $error }.
network-no-certificate = Es ließ sich kein Zertifikat erstellen: { $error }.
network-certificate-unsaved = { $file } ließ sich nicht speichern: { $error }. Der nächste Start erstellt ein anderes Zertifikat.

# Wo eine Adresse ist.
address-here = nur dieser Rechner
address-name = Name im Netz
address-public = über Ihren Proxy
address-config = Name aus den Einstellungen
address-network = das Netz

opens-not = Die Seite von Porthole kam nicht von { $host }: { $trouble }.
opens-refused-fix = Dort antwortet nichts. Sehen Sie nach, ob ein anderes Programm Port { $port } hat, oder wählen Sie eine andere Adresse.
opens-not-connected-fix = Vielleicht hat dieser Rechner die Adresse nicht mehr; wählen Sie eine andere, oder prüfen Sie das Netz.
opens-late-fix = Vielleicht verwirft eine Firewall dieses Rechners, was von ihm selbst kommt; wählen Sie eine andere Adresse.
opens-other-fix = Vielleicht antwortet dort ein anderes Programm. Beenden Sie es, oder setzen Sie in den Einstellungen einen anderen `port` (jetzt { $port }).
# Warum die Seite nicht kam.
opens-late = Es kam nicht rechtzeitig eine Antwort
opens-answer = Die Antwort war `{ $answer }`
opens-doubt-proxy = Porthole kann nicht sehen, ob der Proxy zu { $address } führt. Öffnen Sie den Link einmal zur Probe.
opens-doubt-name = Nicht alle Rechner kennen solche Namen. Wo sich der Link nicht öffnet, nehmen Sie eine andere Adresse.
opens-doubt-closed = Die Firewall { $firewall } sperrt Port { $port } für andere Rechner. So lassen Sie sie herein: { $command }
opens-doubt-maybe = Die Firewall { $firewall } ist an. Falls sich der Link anderswo nicht öffnet, führen Sie aus: { $command }

## Warum eine Sitzung endete: für Verlauf und Betrachter; die Seite des Besuchers hat ihre eigenen Worte für jeden
## Schließcode. Protokolle sind englisch.

close-viewer-left = Der Betrachter ist gegangen.
close-target-closed = Der VNC-Server hat die Verbindung beendet.
close-restarts = Der Bildschirm wurde neu gestartet.
close-shutting-down = Porthole wurde beendet.
close-disconnected = Sie haben die Verbindung getrennt.
close-revoked = Sie haben den Link widerrufen.
close-changed = Der Bildschirm wurde geändert oder entfernt.
close-expired = Die Zeit des Links war um.
close-silent = Der Betrachter antwortete nicht mehr.
# Was eine spätere Version geschrieben hat.
close-unknown = Sie endete mit dem Schließcode { $code }.
close-text-frame = Der Betrachter sandte Text-Frames; verstanden werden nur binäre.
close-no-such-link = Dieser Link öffnet keinen Bildschirm.
close-too-many-guesses = Von dieser Adresse kamen zu viele falsche Links; sie muss eine Minute warten.
close-not-started = Der Desktop konnte nicht gestartet werden.
close-pin-wanted = Dieser Link verlangt eine PIN.
close-wrong-pin = Das ist nicht die PIN dieses Links.
close-denied = Sie haben abgelehnt.
close-not-answered = Sie haben nicht geantwortet.
close-link-full = Dieser Link hat so viele Sitzungen, wie er haben darf.
close-display-full = Dieser Bildschirm hat so viele Sitzungen, wie er haben darf.
close-gateway-full = Porthole hat keinen Platz für eine weitere Sitzung.
close-too-many-waiting = Bei diesem Link warten schon zu viele Besucher.
close-use-not-saved = Dieser Link gilt einmal, und Porthole kann nicht speichern, dass er benutzt wurde.

# Was Besucher davon wissen dürfen, warum ein Desktop endete; siehe auch ended-….
visitor-session-killed = Die Sitzung wurde abgebrochen.
visitor-session-failed = Die Sitzung endete mit einem Fehler.
visitor-server-killed = Der VNC-Server wurde abgebrochen.
visitor-has-ended = Der Desktop ist beendet.

target-unreachable = Der VNC-Server ist nicht erreichbar: { $why }.
target-silent = Der VNC-Server hat nicht rechtzeitig geantwortet.

# Was der Betrachter in seinem WebSocket (RFC 6455) falsch gemacht hat.
websocket-opcode = Unbekannter Opcode im WebSocket.
websocket-reserved-bit = Ein reserviertes Bit ist gesetzt, und es wurde keine Erweiterung vereinbart.
websocket-length = In der Länge des Frames ist das höchste Bit gesetzt.
websocket-unmasked = Der Frame ist nicht maskiert.
websocket-message-inside = Eine Nachricht begann in einer anderen.
websocket-never-began = Eine Nachricht geht weiter, die nie begann.
websocket-control-fragmented = Ein Steuer-Frame ist zerteilt.
websocket-control-long = Ein Steuer-Frame ist zu lang.
websocket-half-code = Ein Schließ-Frame hat einen halben Statuscode.
websocket-bad-code = Ein Schließ-Frame hat einen Statuscode, der nicht gesendet werden darf.
websocket-reason = Die Begründung in einem Schließ-Frame ist kein UTF-8.

# Was der Betrachter in RFB (RFC 6143) falsch gemacht hat.
viewer-unknown-message = Der Betrachter sandte eine Nachricht des unbekannten Typs { $number }.
viewer-unknown-qemu = Der Betrachter sandte die unbekannte QEMU-Nachricht { $subtype }, Operation { $operation }.
viewer-too-many-bytes = Der Betrachter sandte { $length } Bytes in { $message }; höchstens { $limit } werden angenommen.
viewer-too-many-encodings = Der Betrachter sandte { $length } Kodierungen in { $message }; höchstens { $limit } werden angenommen.
viewer-not-allowed = Der Betrachter sandte { $message }, und das ist nicht erlaubt.
viewer-pixel-format = Der Betrachter verlangte { $bits } Bits pro Pixel; es gibt 8, 16 und 32.
viewer-version = Der Betrachter spricht „{ $said }“; nehmen Sie einen, der RFB 003.008 spricht.
viewer-security = Der Betrachter wählte den Sicherheitstyp { $chosen }, aber nur { $offered } wurde angeboten.
viewer-too-early = Der Betrachter sprach, bevor er eingelassen war.

# Warum es kein Vorschaubild gibt: für das Protokoll.
picture-too-large = Der Bildschirm hat { $width } × { $height } Pixel, und das ist zu groß für ein Bild.
picture-unknown-message = Der VNC-Server sandte eine Nachricht des unbekannten Typs { $number }.
picture-unknown-encoding = Der VNC-Server verwendete die Kodierung { $number }, die nicht verlangt war.
picture-outside = Der VNC-Server sandte Pixel außerhalb seines Bildschirms.
picture-closed = Der VNC-Server hat die Verbindung beendet.
picture-slow = Der VNC-Server wurde in { $seconds } Sekunden nicht fertig.
picture-too-much = Der VNC-Server sandte weit mehr als seinen Bildschirm.
picture-no-room = Für ein Bild sind zu wenige Deskriptoren frei.

## Bevor es ein Fenster gibt.

# Ohne Punkt am Ende.
start-running = Porthole läuft schon mit dieser Konfiguration: { $holder }. Ein zweites würde Links weiter öffnen, die beim ersten widerrufen sind. Benutzen Sie das laufende, oder beenden Sie es zuerst; oder starten Sie dieses mit einer eigenen Konfiguration: --config DATEI
start-running-window = Porthole läuft schon mit diesen Einstellungen: { $holder }. Ein zweites würde Links weiter öffnen, die beim ersten widerrufen sind. Wenn es der Dienst ist, können Sie ihn in einem Terminal benutzen (portholed status, portholed link NAME), oder ihn beenden und Porthole neu öffnen: systemctl --user stop portholed. Ein Porthole mit eigenen Einstellungen kann daneben laufen: porthole --config DATEI.
start-not-locked = { $path } lässt sich nicht sperren ({ $error }). Deshalb finden `portholed status`, `start` und `stop` dieses Programm nicht. Starten Sie kein zweites Porthole mit dieser Konfiguration: Es würde Links weiter öffnen, die hier widerrufen sind.
lock-holder-here = Prozess { $process }
lock-holder-there = Prozess { $process } auf { $machine }
lock-holder-unknown = ein anderer Prozess
start-failed = Porthole kann nicht starten: { $cause }
