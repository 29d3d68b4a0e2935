// What differs by operating system belongs into the `platform` of its crate, or of the launcher into `linux`. `node
// scripts/platform.mjs` names every `cfg` of a system that stands elsewhere. Tests may ask for the system they need.
import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from './arrows.mjs';

/** Folders of crates that ship. */
const CRATES = ['rfb', 'gateway', 'launcher', 'core', 'portholed'].map((name) =>
  join('crates', name, 'src'),
);

/** A file, how many it may have, and why. */
const EXCEPTIONS = {
  'crates/launcher/src/lib.rs': [8, 'chooses between `linux` and `elsewhere`'],
  'crates/core/src/lib.rs': [
    3,
    'control socket and doctor are rooms that other systems do not have',
  ],
  'crates/core/src/config.rs': [2, 'what the control socket alone asks for'],
  'crates/core/src/program.rs': [2, 'holds the control socket, where there is one'],
  'crates/core/src/program/run.rs': [1, 'lets go of the control socket, where there is one'],
  'crates/core/src/program/start.rs': [4, 'starts the control socket, where there is one'],
  'crates/core/src/app/controller/examining.rs': [2, 'calls the doctor, where there is one'],
  'crates/core/src/doctor/finding.rs': [1, 'what the doctor alone makes'],
};

const SYSTEM = /\b(?:unix|windows|target_(?:os|vendor|family|env))\b/;

/** How many times a source asks for the system that it is compiled for; what is for tests alone does not count. */
export function asksForSystem(source) {
  const code = codeOf(source).replace(/#\[cfg\(test\)\]\n#\[cfg\([^\n]*\n/g, '');
  const asked = [...code.matchAll(/\bcfg(?:_attr)?!?\s*\(/g)].map((found) =>
    inBrackets(code.slice(found.index)),
  );
  return asked.filter((question) => SYSTEM.test(question) && !/\btest\b/.test(question)).length;
}

/** From the first opening bracket to the one that closes it. */
function inBrackets(text) {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')' && --depth === 0) return text.slice(0, at);
  }
  return text;
}

/** What is wrong with files, given as [path, source], as sentences. */
export function misplaced(files, exceptions) {
  const wrong = [];
  for (const [path, source] of files) {
    if (/[/](?:platform|linux)[/]|[/](?:platform|elsewhere|tests)\.rs$|[/]tests[/]/.test(path))
      continue;
    const found = asksForSystem(source);
    const [allowed, why] = exceptions[path] ?? [0];
    if (found > allowed)
      wrong.push(
        `${path} asks ${found} times which system it is compiled for${why ? ` (${allowed} may, since it ${why})` : ''}: that belongs into platform`,
      );
    if (found < allowed)
      wrong.push(
        `${path} may ask ${allowed} times in scripts/platform.mjs, and does ${found} times`,
      );
  }
  for (const path of Object.keys(exceptions)) {
    if (!files.some(([file]) => file === path))
      wrong.push(`${path} is an exception and does not exist`);
  }
  return wrong;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(join(fileURLToPath(import.meta.url), '..', '..'));
  const files = [...CRATES, join('src-tauri', 'src')].flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((file) => file.endsWith('.rs'))
      .map((file) => join(folder, file))
      .map((path) => [path.split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
  const wrong = misplaced(files, EXCEPTIONS);
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) process.exitCode = 1;
  else console.log('what differs by operating system stands in platform');
}
