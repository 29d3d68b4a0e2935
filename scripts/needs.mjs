// What each task needs from the system: how it is seen, and the Debian package that brings it.

/**
 * A need is met when one of its `programs` is on PATH, or pkg-config knows `module`, or the loader knows `library`.
 * A task's needs include those of the tasks it builds on; see `needsOf`.
 */
const needs = {
  headless: [{ package: 'build-essential', programs: ['cc'] }],
  desktop: [
    { package: 'pkg-config', programs: ['pkg-config'] },
    { package: 'libwebkit2gtk-4.1-dev', module: 'webkit2gtk-4.1' },
    { package: 'libayatana-appindicator3-1', library: 'libayatana-appindicator3.so.1' },
    { package: 'xdg-utils', programs: ['xdg-open'] },
  ],
  bundle: [
    { package: 'dpkg-dev', programs: ['dpkg-shlibdeps'] },
    { package: 'rpm', programs: ['rpmbuild'] },
  ],
  install: [
    { package: 'debootstrap', programs: ['debootstrap'] },
    { package: 'systemd-container', programs: ['systemd-nspawn'] },
  ],
  pictures: [
    { package: 'x11-apps', programs: ['xclock'] },
    { package: 'imagemagick', programs: ['import'] },
  ],
  test: [
    { package: 'tigervnc-standalone-server', programs: ['Xtigervnc'] },
    { package: 'tigervnc-scraping-server', programs: ['X0tigervnc'] },
    { package: 'tigervnc-tools', programs: ['tigervncpasswd'] },
    { package: 'chromium', programs: ['chromium'] },
    { package: 'chromium-driver', programs: ['chromedriver'] },
    { package: 'webkit2gtk-driver', programs: ['WebKitWebDriver'] },
    { package: 'xvfb', programs: ['Xvfb'] },
    { package: 'dbus', programs: ['dbus-daemon'] },
    { package: 'nginx', programs: ['nginx'] },
    { package: 'haproxy', programs: ['haproxy'] },
    { package: 'xclip', programs: ['xclip'] },
    { package: 'xterm', programs: ['xterm'] },
    { package: 'x11-xserver-utils', programs: ['xset', 'xsetroot'] },
    { package: 'iproute2', programs: ['ip', 'ss'] },
    { package: 'passwd', programs: ['useradd'] },
    { package: 'procps', programs: ['ps'] },
    { package: 'sudo', programs: ['sudo'] },
    { package: 'git', programs: ['git'] },
  ],
};

const buildsOn = {
  headless: [],
  desktop: ['headless'],
  bundle: ['headless', 'desktop'],
  install: ['headless', 'desktop', 'bundle'],
  test: ['headless', 'desktop'],
  pictures: ['headless', 'desktop', 'test'],
};

/** All that `task` (`headless`, `desktop`, `bundle`, `install`, `test` or `pictures`) needs. */
export function needsOf(task) {
  return [...buildsOn[task], task].flatMap((name) => needs[name]);
}
