// Makes a package of files that lie as they will be installed, by each system's own tools. They find out by themselves
// which libraries a program is linked with.
import { cpSync, readFileSync, readdirSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { outputOf, runQuietly } from './run.mjs';
import { copy, filesBelow, write } from './stage.mjs';

/** Packs what lies in `root` as .deb, into `folder`; gives its path. */
export async function makeDeb(described, root, folder) {
  const { name, version, deb } = described;
  const stage = dirname(root);
  const tree = join(stage, 'deb');
  cpSync(root, tree, { recursive: true });
  const architecture = (await outputOf('dpkg', ['--print-architecture'])).trim();
  const size = filesBelow(root).reduce((sum, file) => sum + statSync(file).size, 0);
  const libraries = await librariesOf(join(tree, 'usr/bin', name), stage);
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${described.maintainer}`,
    `Installed-Size: ${Math.ceil(size / 1024)}`,
    `Depends: ${[...deb.depends, libraries].join(', ')}`,
    `Recommends: ${deb.recommends.join(', ')}`,
    'Section: net',
    'Priority: optional',
    `Description: ${described.summary}`,
    ...described.description.map((line) => ` ${line}`),
  ];
  write(`${tree}/DEBIAN/control`, `${control.join('\n')}\n`);
  for (const [kind, file] of Object.entries(described.scripts))
    copy(file, `${tree}/DEBIAN/${kind}`);
  await runQuietly('chmod', ['u=rwx,go=rx', `${tree}/DEBIAN`]);
  const sums = await outputOf('sh', [
    '-c',
    'cd "$0" && find usr -type f -print0 | sort -z | xargs -0 md5sum',
    tree,
  ]);
  write(`${tree}/DEBIAN/md5sums`, sums);
  const made = join(folder, `${name}_${version}_${architecture}.deb`);
  await runQuietly('dpkg-deb', ['--root-owner-group', '--build', tree, made]);
  return made;
}

/** Packs what lies in `root` as .rpm, into `folder`; gives its path. */
export async function makeRpm(described, root, folder) {
  const { name } = described;
  const stage = dirname(root);
  const specification = join(stage, `${name}.spec`);
  write(specification, specificationOf(described, root));
  const defines = {
    _topdir: join(stage, 'rpm'),
    // Else it names this machine.
    _buildhost: 'localhost',
  };
  await runQuietly('rpmbuild', [
    ...Object.entries(defines).flatMap(([key, value]) => ['--define', `${key} ${value}`]),
    ...['-bb', specification],
  ]);
  const rpms = join(stage, 'rpm/RPMS');
  const [architecture] = readdirSync(rpms);
  const [rpm] = readdirSync(join(rpms, architecture));
  const made = join(folder, basename(rpm));
  renameSync(join(rpms, architecture, rpm), made);
  return made;
}

/** What rpmbuild reads. Its scripts have other names than dpkg's. */
function specificationOf({ name, version, rpm, scripts, ...described }, root) {
  const kinds = { postinst: 'post', prerm: 'preun', postrm: 'postun' };
  const files = filesBelow(root).map((file) => `/${relative(root, file)}`);
  return [
    `Name: ${name}`,
    `Version: ${version}`,
    'Release: 1',
    `Summary: ${described.summary}`,
    `License: ${described.license}`,
    `Packager: ${described.maintainer}`,
    ...rpm.depends.map((need) => `Requires: ${need}`),
    ...rpm.recommends.map((wish) => `Recommends: ${wish}`),
    '# All is as it is to be installed.',
    '%global debug_package %{nil}',
    '%global __os_install_post %{nil}',
    '%global _build_id_links none',
    '%description',
    ...described.description,
    '%install',
    `cp -a '${root}/.' '%{buildroot}'`,
    ...Object.entries(scripts).flatMap(([kind, file]) => [
      `%${kinds[kind]}`,
      readFileSync(file, 'utf8').replaceAll('%', '%%'),
    ]),
    '%files',
    '%defattr(-,root,root)',
    ...files,
    '',
  ].join('\n');
}

/** The packages with the libraries that a program is linked with, as dpkg writes them. */
async function librariesOf(program, stage) {
  // It reads a source package's description, of which there is none.
  const name = basename(program);
  write(join(stage, 'debian/control'), `Source: ${name}\n\nPackage: ${name}\nArchitecture: any\n`);
  const script = 'cd "$0" && dpkg-shlibdeps -O "$1" 2>/dev/null';
  const said = await outputOf('sh', ['-c', script, stage, program]);
  return said.trim().replace('shlibs:Depends=', '');
}
