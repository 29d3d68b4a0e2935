// What the packages are called, what they need, and what lies in them.
import { chmodSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { licencesOf } from './licences.mjs';
import { makeDeb, makeRpm } from './pack.mjs';
import { runQuietly, step } from './run.mjs';
import { copy, write, zipped } from './stage.mjs';

const project = JSON.parse(readFileSync('package.json', 'utf8'));

/** For each program its package: texts, what each system calls its needs beyond libraries, scripts, and own files. */
const packages = {
  porthole: {
    summary: 'Share desktops, and open them in any browser',
    description: [
      'Porthole shows VNC desktops in a browser: the screen that one sits at,',
      'desktops that it starts, or VNC servers that run already. Whoever has a',
      'link sees the desktop, on a phone as well; links can be for looking only,',
      'and end by themselves. The server for machines without a screen is in the',
      'package portholed.',
    ],
    crate: 'porthole-desktop',
    fronts: ['viewer', 'window'],
    // The library is loaded when the tray icon is made, so that nobody sees it in the program.
    deb: {
      depends: ['libayatana-appindicator3-1', 'xdg-utils'],
      recommends: ['tigervnc-standalone-server', 'tigervnc-scraping-server'],
    },
    rpm: {
      depends: ['libayatana-appindicator3.so.1()(64bit)', 'xdg-utils'],
      recommends: ['tigervnc-server'],
    },
    scripts: { postrm: 'packaging/porthole.postrm' },
    stageOwn: stageDesktop,
  },
  portholed: {
    summary: 'VNC desktops in any browser, from a machine without a screen',
    description: [
      'portholed serves VNC desktops to browsers: those that it starts, and VNC',
      "servers that run already. It takes websockify's command line, token files",
      'and links as well. It needs neither X nor GTK.',
    ],
    crate: 'portholed',
    fronts: ['viewer'],
    deb: { depends: [], recommends: ['tigervnc-standalone-server'] },
    rpm: { depends: [], recommends: ['tigervnc-server'] },
    scripts: { postinst: 'packaging/portholed.postinst', postrm: 'packaging/portholed.postrm' },
    stageOwn: stageService,
  },
};

/** Where each shell looks for the completions that packages bring, below /usr/share. */
const completions = {
  bash: (program) => [`${program}.bash`, `bash-completion/completions/${program}`],
  zsh: (program) => [`_${program}`, `zsh/vendor-completions/_${program}`],
  fish: (program) => [`${program}.fish`, `fish/vendor_completions.d/${program}.fish`],
};

/** Packs a program as .deb and .rpm, by its file, into `folder`; gives the packages' paths. */
export async function pack(name, program, folder, { version = project.version } = {}) {
  step(`packing ${name} ${version}`);
  const { author: maintainer, license } = project;
  const described = { ...packages[name], name, version, maintainer, license };
  const stage = resolve(folder, 'stage', name);
  const root = join(stage, 'root');
  await stageProgram(described, program, root);
  described.stageOwn(root);
  described.scripts = stageScripts(described, join(stage, 'scripts'));
  // Whatever the umask of who builds it.
  await runQuietly('chmod', ['-R', 'u=rwX,go=rX', root]);
  return [await makeDeb(described, root, folder), await makeRpm(described, root, folder)];
}

/** What each program brings: itself, man pages, completions, licences and changes. */
async function stageProgram({ name, version, maintainer, crate, fronts }, program, root) {
  const usr = join(root, 'usr');
  copy(program, `${usr}/bin/${name}`);
  await runQuietly('strip', ['--strip-unneeded', `${usr}/bin/${name}`]);
  const share = join(usr, 'share');
  const isPage = (file) =>
    file.endsWith('.1') && [`${name}.1`, `${name}-`].some((start) => file.startsWith(start));
  for (const page of readdirSync('packaging/manuals').filter(isPage))
    write(`${share}/man/man1/${page}.gz`, zipped(readFileSync(join('packaging/manuals', page))));
  for (const place of Object.values(completions)) {
    const [from, to] = place(name);
    copy(join('packaging/manuals', from), join(share, to));
  }
  const documents = join(share, 'doc', name);
  write(`${documents}/copyright`, copyright());
  write(`${documents}/third-party-licences.gz`, zipped(await licencesOf(crate, fronts)));
  write(`${documents}/NEWS.gz`, zipped(readFileSync('CHANGELOG.md')));
  write(`${documents}/changelog.gz`, zipped(changelog(name, version, maintainer)));
}

function stageDesktop(root) {
  const share = join(root, 'usr/share');
  copy('packaging/porthole.desktop', `${share}/applications/porthole.desktop`);
  const description = 'org.porthole.desktop.metainfo.xml';
  copy(join('packaging', description), `${share}/metainfo/${description}`);
  const icons = join(share, 'icons/hicolor');
  copy('src-tauri/icons/porthole.svg', `${icons}/scalable/apps/porthole.svg`);
  for (const size of readdirSync('src-tauri/icons').filter((file) => /^\d+x\d+\.png$/.test(file)))
    copy(join('src-tauri/icons', size), `${icons}/${size.replace('.png', '')}/apps/porthole.png`);
}

function stageService(root) {
  const first = 'crates/core/src/config/first.toml';
  copy(first, `${root}/usr/share/doc/portholed/examples/config.toml`);
  for (const kind of ['system', 'user'])
    copy(
      `packaging/systemd/${kind}/portholed.service`,
      `${root}/usr/lib/systemd/${kind}/portholed.service`,
    );
  copy('packaging/systemd/portholed.sysusers', `${root}/usr/lib/sysusers.d/portholed.conf`);
}

/** The scripts that are run around installing and removing, as files by their names. */
function stageScripts({ name, scripts }, folder) {
  const all = Object.entries({ prerm: 'packaging/leave.sh', ...scripts });
  const staged = all.map(([kind, from]) => {
    const file = join(folder, kind);
    write(file, readFileSync(from, 'utf8').replaceAll('@PROGRAM@', name));
    chmodSync(file, 0o755);
    return [kind, file];
  });
  return Object.fromEntries(staged);
}

/** The text of the MIT licence stands in it; those of the others are on every Debian. */
function copyright() {
  const lines = readFileSync('LICENSE-MIT', 'utf8').trimEnd().split('\n');
  const indented = lines.map((line) => (line === '' ? ' .' : ` ${line}`)).join('\n');
  return readFileSync('packaging/copyright', 'utf8').replace(' @MIT@', () => indented);
}

/** As Debian reads it; what has changed is told in NEWS. */
function changelog(name, version, maintainer) {
  const released = /<release version="[^"]*" date="([^"]*)"/.exec(
    readFileSync('packaging/org.porthole.desktop.metainfo.xml', 'utf8'),
  );
  const date = new Date(released[1]).toUTCString().replace('GMT', '+0000');
  const told = `See /usr/share/doc/${name}/NEWS.gz.`;
  return `${name} (${version}) stable; urgency=medium\n\n  * ${told}\n\n -- ${maintainer}  ${date}\n`;
}
