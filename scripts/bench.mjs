// npm run bench: measures Porthole beside other relays. Arguments are passed on: npm run bench -- --rounds 3 --modes down
// npm run bench -- --before FILE: an older portholed beside the new one. --peer NAME and --modes A,B: a part.
// npm run bench -- --faults: strangers who take all they can, viewers who read nothing, a system without descriptors.
// npm run bench -- links: what one more link and a start cost when there are thousands of links.
// npm run bench -- first-frame: how long a visitor waits in a browser, beside what Porthole replaces.
// npm run bench -- revoke: how soon a link that was revoked is dark.
// npm run bench -- revoked-page: how soon pages in a browser say that their link was revoked.
// npm run bench -- viewing: frames per second and key to picture in a browser, beside websockify and no proxy at all.
// npm run bench -- start-up: how soon the programs are there, beside websockify.
// npm run bench -- at-rest --minutes 10: what the programs cost that nobody uses.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildPrograms } from './cargo.mjs';
import { buildFront, installModules } from './front.mjs';
import { Failure, main, run, runQuietly, step } from './run.mjs';
import { ensure } from './system.mjs';

/** Beside cargo's own files, so that `cargo clean` takes it, too. */
const folder = 'target/bench';
const websockify = 'websockify==0.13.0';
const websockifyProgram = `${folder}/venv/bin/websockify`;

await main(async () => {
  if (argv.includes('--help')) return help();
  if (process.platform !== 'linux')
    throw new Failure('the benchmark reads /proc, which only Linux has');
  if (argv[2] === 'first-frame') return await firstFrame();
  if (argv[2] === 'revoked-page') return await inBrowser('revoked_page');
  if (argv[2] === 'viewing') return await viewing();
  if (argv[2] === 'start-up') return await startUp();
  if (argv[2] === 'at-rest') return await atRest();
  await ensure('headless');
  const portholed = await prepare();
  const bench = await build('porthole-bench', 'porthole-bench', 'dist');
  await build('porthole-bench', 'vnc_gateway', 'dist');
  await installWebsockify();
  step('measuring (some minutes; anything else that runs meanwhile falsifies it)');
  await run(bench, [
    ...['--portholed', portholed],
    ...['--websockify', websockifyProgram],
    ...['--json', `${folder}/figures.json`],
    ...['--svg', `${folder}/figures.svg`],
    ...argv.slice(2),
  ]);
  step(`all figures are in ${folder}`);
});

/** Says what stands at the top of this file, without building anything. */
function help() {
  const lines = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n');
  const first = lines.findIndex((line) => !line.startsWith('//'));
  console.log(
    lines
      .slice(0, first)
      .map((line) => line.replace(/^\/\/ ?/, ''))
      .join('\n'),
  );
}

/** Builds what every benchmark stands on, and gives the path of `portholed`. */
async function prepare() {
  await installModules();
  await buildFront('viewer');
  mkdirSync(folder, { recursive: true });
  return await build('portholed', 'portholed', 'dist');
}

async function firstFrame() {
  await inBrowser('first_frame', ...(await installSeed()));
}

async function viewing() {
  await inBrowser('viewing', ...(await installSeed()), `${folder}/viewing.json`);
}

async function startUp() {
  const [websockify] = await installSeed();
  await withWindow('start_up', websockify, `${folder}/start-up.json`);
}

async function atRest() {
  const { minutes } = parseArgs({
    args: argv.slice(3),
    options: { minutes: { type: 'string', default: '10' } },
  }).values;
  await withWindow('at_rest', minutes);
}

/** Installs what Porthole replaces, and gives websockify's path and the folder of noVNC. */
async function installSeed() {
  mkdirSync(folder, { recursive: true });
  await installWebsockify();
  await unpackNovnc();
  return [websockifyProgram, `${folder}/novnc/usr/share/novnc`];
}

/** Runs a benchmark that stands on what the end-to-end tests stand on. */
async function inBrowser(binary, ...args) {
  await ensure('test');
  const portholed = await prepare();
  const program = await build('porthole-bench', binary);
  step('measuring (a minute or two; anything else that runs meanwhile falsifies it)');
  process.env.PORTHOLE_BIN_DIR = dirname(portholed);
  await run(program, args);
}

/** The same for one that runs the desktop program, too. */
async function withWindow(binary, ...args) {
  await ensure('test');
  await prepare();
  await buildFront('window');
  await build('porthole-desktop', 'porthole', 'dist');
  await inBrowser(binary, ...args);
}

/** Debian's package, without installing it. */
async function unpackNovnc() {
  if (existsSync(`${folder}/novnc`)) return;
  step("fetching the system's noVNC");
  const unpack = 'apt-get download -qq novnc && dpkg-deb --extract novnc_*.deb novnc';
  await runQuietly('sh', ['-c', unpack], { cwd: folder });
}

/** Builds a program, ours as people install them, and gives its path. */
async function build(name, binary, profile = 'release') {
  step(`building ${binary}`);
  const [program] = await buildPrograms([{ package: name, binary }], { profile });
  return program;
}

/** Into an environment of its own. Where that cannot be, the benchmark says that it leaves websockify out. */
async function installWebsockify() {
  if (existsSync(websockifyProgram)) return;
  step(`installing ${websockify}`);
  try {
    await runQuietly('python3', ['-m', 'venv', `${folder}/venv`]);
    await runQuietly(`${folder}/venv/bin/pip`, ['install', '--quiet', websockify]);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    step(failure.message);
  }
}
