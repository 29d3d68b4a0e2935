// Checks licences, bans and sources of all dependencies against deny.toml. `node scripts/deny.mjs` names what is not allowed.
// It reads as much of cargo-deny's format as our file has, since cargo-deny takes minutes to build; where that is installed
// it runs as well, and checks advisories if it can reach their database.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import parseLicence from 'spdx-expression-parse';
import { parse } from 'smol-toml';
import { Failure, main, outputOf, run, step } from './run.mjs';

/** What is read here, and of which kind it is. Anything else in the file would be a rule that nobody enforces. */
const KNOWN = {
  graph: ['all-features'],
  licenses: ['allow', 'exceptions'],
  bans: ['multiple-versions', 'wildcards', 'allow-wildcard-paths', 'deny'],
  sources: ['unknown-registry', 'unknown-git', 'allow-registry', 'allow-git'],
  // For cargo-deny alone.
  advisories: undefined,
};
const KNOWN_OF_BAN = ['crate', 'wrappers', 'reason'];
const FIXED = [
  ['graph', 'all-features', true],
  ['bans', 'multiple-versions', 'allow'],
  ['bans', 'wildcards', 'deny'],
  ['bans', 'allow-wildcard-paths', true],
  ['sources', 'unknown-registry', 'deny'],
  ['sources', 'unknown-git', 'deny'],
];

/** What of `metadata` (of `cargo metadata`) the rules of deny.toml do not allow, as sentences. */
export function findings(rules, metadata) {
  return [
    ...unread(rules),
    ...licences(rules.licenses, metadata),
    ...bans(rules.bans, metadata),
    ...wildcards(metadata),
    ...sources(rules.sources, metadata),
  ];
}

/** Whether a licence expression is met by the licences that `allowed` knows. */
export function isAllowed(expression, allowed) {
  // Old crates write `MIT/Apache-2.0`.
  const tree = parseLicence(expression.replaceAll('/', ' OR '));
  const met = ({ conjunction, left, right, license, plus, exception }) => {
    if (conjunction === 'or') return met(left) || met(right);
    if (conjunction === 'and') return met(left) && met(right);
    return allowed.has([license + (plus ? '+' : ''), exception].filter(Boolean).join(' WITH '));
  };
  return met(tree);
}

function unread(rules) {
  const unknown = Object.entries(rules).flatMap(([section, keys]) => {
    if (!(section in KNOWN)) return [section];
    if (KNOWN[section] === undefined) return [];
    return Object.keys(keys)
      .filter((key) => !KNOWN[section].includes(key))
      .map((key) => `${section}.${key}`);
  });
  const ofBans = rules.bans.deny.flatMap((ban) =>
    Object.keys(ban).filter((key) => !KNOWN_OF_BAN.includes(key)),
  );
  unknown.push(...ofBans.map((key) => `bans.deny.${key}`));
  const others = FIXED.filter(([section, key, value]) => rules[section]?.[key] !== value);
  return [
    ...unknown.map((key) => `deny.toml: ${key} is not read by scripts/deny.mjs`),
    ...others.map(([section, key, value]) => `deny.toml: ${section}.${key} must be ${value}`),
  ];
}

function licences({ allow, exceptions }, { packages }) {
  const wrong = packages.flatMap(({ name, version, license }) => {
    const own = exceptions.filter((exception) => exception.crate === name);
    const allowed = new Set([...allow, ...own.flatMap((exception) => exception.allow)]);
    if (!license) return [`${name} ${version} names no licence`];
    try {
      if (isAllowed(license, allowed)) return [];
    } catch {
      return [`${name} ${version} has a licence that is no SPDX expression: ${license}`];
    }
    return [`${name} ${version} has a licence that deny.toml does not allow: ${license}`];
  });
  const names = new Set(packages.map(({ name }) => name));
  const idle = exceptions.filter((exception) => !names.has(exception.crate));
  return [
    ...wrong,
    ...idle.map(({ crate }) => `deny.toml: ${crate} has an exception, and nothing needs it`),
  ];
}

function bans({ deny }, { packages, resolve }) {
  const nameOf = new Map(packages.map(({ id, name }) => [id, name]));
  const dependants = (name) =>
    resolve.nodes
      .filter(({ deps }) => deps.some(({ pkg }) => nameOf.get(pkg) === name))
      .map(({ id }) => nameOf.get(id));
  const names = new Set(nameOf.values());
  return deny
    .filter((ban) => names.has(ban.crate))
    .flatMap(({ crate, wrappers = [], reason }) => {
      const others = dependants(crate).filter((name) => !wrappers.includes(name));
      if (wrappers.length > 0 && others.length === 0) return [];
      return [`${crate} is banned (${reason}); needed by ${others.join(', ') || 'the workspace'}`];
    });
}

function wildcards({ packages, workspace_members }) {
  return packages
    .filter(({ id }) => workspace_members.includes(id))
    .flatMap(({ name, dependencies }) =>
      dependencies
        .filter((dependency) => dependency.req === '*' && dependency.path === undefined)
        .map((dependency) => `${name} takes any version of ${dependency.name}`),
    );
}

function sources(rules, { packages, workspace_root }) {
  const isKnown = (source, manifest) => {
    if (source === null) return dirname(manifest).startsWith(workspace_root);
    const [kind, address] = source.split('+', 2);
    if (kind === 'git') return rules['allow-git'].includes(address.split(/[?#]/)[0]);
    return rules['allow-registry'].includes(kind === 'registry' ? address : source);
  };
  return packages
    .filter(({ source, manifest_path }) => !isKnown(source, manifest_path))
    .map(({ name, source, manifest_path }) => `${name} comes from ${source ?? manifest_path}`);
}

async function check() {
  const metadata = JSON.parse(
    await outputOf('cargo', ['metadata', '--all-features', '--locked', '--format-version', '1']),
  );
  const wrong = findings(parse(readFileSync('deny.toml', 'utf8')), metadata);
  for (const line of wrong) step(line);
  if (wrong.length > 0) throw new Failure('what deny.toml does not allow is named above');
  step(`${metadata.packages.length} crates are what deny.toml allows`);
  await askCargoDeny();
}

async function askCargoDeny() {
  const succeeds = (...args) =>
    spawnSync('cargo', ['deny', ...args], { stdio: 'ignore' }).status === 0;
  if (!succeeds('--version'))
    return step('cargo-deny is not installed: advisories are not checked');
  await run('cargo', ['deny', 'check', 'bans', 'licenses', 'sources']);
  if (succeeds('fetch', 'db')) await run('cargo', ['deny', 'check', 'advisories']);
  else step('the database of advisories cannot be reached: they are not checked');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(check);
