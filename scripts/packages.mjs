// What lies in the packages, and how they are made of it.
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { outputOf, runQuietly, step } from './run.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const maintainer = 'The Porthole maintainers <maintainers@porthole.invalid>';

/** Where each shell looks for the completions that packages bring, below /usr/share. */
const completions = {
  bash: (program) => [`${program}.bash`, `bash-completion/completions/${program}`],
  zsh: (program) => [`_${program}`, `zsh/vendor-completions/_${program}`],
  fish: (program) => [`${program}.fish`, `fish/vendor_completions.d/${program}.fish`],
};

/** Packs the window's program as .deb and .rpm, by Tauri's bundler, into `folder`; gives the packages' paths. */
export async function packDesktop(program, folder) {
  step('packing porthole');
  const staged = resolve(folder, 'stage/porthole');
  const share = join(staged, 'share');
  shareOf('porthole', share);
  copy('packaging/org.porthole.desktop.metainfo.xml', `${share}/metainfo`);
  copy('src-tauri/icons/porthole.svg', `${share}/icons/hicolor/scalable/apps`);
  leaveOf('porthole', join(staged, 'leave.sh'));
  // The bundler looks for the program where a release would be.
  const target = join(staged, 'target');
  copy(program, join(target, 'release'));
  await runQuietly(
    'npx',
    ['tauri', 'bundle', '--bundles', 'deb,rpm', '--no-binary-patching', '--ci'],
    {
      env: {
        ...process.env,
        CARGO_TARGET_DIR: target,
        // The tray icon's library is loaded when the program runs, so its headers need not be here.
        TAURI_LINUX_AYATANA_APPINDICATOR: '1',
      },
    },
  );
  const bundles = join(target, 'release/bundle');
  return ['deb', 'rpm'].map((kind) => {
    const [made] = readdirSync(join(bundles, kind)).filter((name) => name.endsWith(`.${kind}`));
    // As packages are named: in small letters.
    const there = join(folder, made.toLowerCase());
    cpSync(join(bundles, kind, made), there);
    return there;
  });
}

/** Packs the program for machines without a screen as .deb, into `folder`; gives the package's path. */
export async function packHeadless(program, folder) {
  step('packing portholed');
  const root = resolve(folder, 'stage/portholed');
  copy(program, `${root}/usr/bin`);
  shareOf('portholed', `${root}/usr/share`);
  copy(
    'crates/porthole/src/config/first.toml',
    `${root}/usr/share/doc/portholed/examples/config.toml`,
    {
      isFile: true,
    },
  );
  for (const kind of ['system', 'user'])
    copy(`packaging/systemd/${kind}/portholed.service`, `${root}/usr/lib/systemd/${kind}`);
  const architecture = (await outputOf('dpkg', ['--print-architecture'])).trim();
  const control = [
    'Package: portholed',
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${maintainer}`,
    `Installed-Size: ${Math.ceil(sizeOf(root) / 1024)}`,
    `Depends: ${await librariesOf(`${root}/usr/bin/portholed`, root)}`,
    'Recommends: tigervnc-standalone-server',
    'Section: net',
    'Priority: optional',
    'Description: VNC desktops in any browser, from a machine without a screen',
    ' portholed serves VNC desktops to browsers: those that it starts, and VNC servers that run already. It takes',
    " websockify's command line, token files and links as well. It needs neither X nor GTK.",
  ];
  write(`${root}/DEBIAN/control`, `${control.join('\n')}\n`);
  leaveOf('portholed', `${root}/DEBIAN/prerm`);
  for (const script of ['postinst', 'postrm']) {
    copy(`packaging/portholed.${script}`, `${root}/DEBIAN/${script}`, { isFile: true });
    chmodSync(`${root}/DEBIAN/${script}`, 0o755);
  }
  // Whatever the umask of who builds it.
  await runQuietly('chmod', ['-R', 'u=rwX,go=rX', root]);
  const made = join(folder, `portholed_${version}_${architecture}.deb`);
  await runQuietly('dpkg-deb', ['--root-owner-group', '--build', root, made]);
  return made;
}

/** Man pages, completions, licences and changes of a program, as they lie below /usr/share. */
function shareOf(program, share) {
  const pages = readdirSync('packaging/manuals').filter(
    (name) =>
      name.endsWith('.1') &&
      [`${program}.1`, `${program}-`].some((start) => name.startsWith(start)),
  );
  for (const page of pages)
    write(`${share}/man/man1/${page}.gz`, zipped(readFileSync(join('packaging/manuals', page))));
  for (const place of Object.values(completions)) {
    const [from, to] = place(program);
    copy(join('packaging/manuals', from), join(share, to), { isFile: true });
  }
  copy('packaging/copyright', `${share}/doc/${program}`);
  write(`${share}/doc/${program}/changelog.gz`, zipped(readFileSync('CHANGELOG.md')));
}

/** What is run before a program's package is removed. */
function leaveOf(program, file) {
  write(file, readFileSync('packaging/leave.sh', 'utf8').replaceAll('@PROGRAM@', program));
  chmodSync(file, 0o755);
}

/** The packages with the libraries that a program is linked with, as dpkg writes them. */
async function librariesOf(program, root) {
  // It reads a source package's description, of which there is none.
  write(
    join(root, '../debian/control'),
    'Source: portholed\n\nPackage: portholed\nArchitecture: any\n',
  );
  const script = `cd '${dirname(root)}' && dpkg-shlibdeps -O '${program}' 2>/dev/null`;
  const said = await outputOf('sh', ['-c', script]);
  return said.trim().replace('shlibs:Depends=', '');
}

/** Without the time, so that the same sources make the same package. */
function zipped(bytes) {
  return gzipSync(bytes, { level: 9 });
}

function sizeOf(path) {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path).reduce((size, name) => size + sizeOf(join(path, name)), 0);
}

/** Copies a file into a folder, or to a path if it `isFile`. */
function copy(from, to, { isFile = false } = {}) {
  const path = isFile ? to : join(to, basename(from));
  mkdirSync(dirname(path), { recursive: true });
  cpSync(from, path);
}

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
