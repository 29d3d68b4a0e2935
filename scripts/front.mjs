// Node modules, and the two front ends: the viewer page and the window.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, isCurrent, remember } from './fingerprint.mjs';
import { runQuietly, step } from './run.mjs';

const shared = ['web', 'package-lock.json', 'tsconfig.base.json'];

/** What is built, from which sources. */
const fronts = {
  viewer: {
    workspace: 'novnc-vendor',
    sources: ['novnc-vendor', ...shared],
  },
  window: { workspace: 'ui', sources: ['ui', ...shared] },
};

/** The workspaces' folders. */
export const workspaces = Object.values(fronts).map((front) => front.workspace);

/** Installs the node modules that package-lock.json names, unless they are there. */
export async function installModules() {
  const print = fingerprint(['package-lock.json']);
  if (isCurrent('modules', print)) return;
  step('installing node modules');
  await runQuietly('npm', ['ci', '--no-audit', '--no-fund']);
  remember('modules', print);
}

/** Builds `viewer` or `window`, unless what is there was built from the same sources. */
export async function buildFront(name) {
  const { workspace, sources } = fronts[name];
  const print = fingerprint(sources);
  if (isCurrent(name, print) && existsSync(join(workspace, 'dist'))) return;
  step(`building the ${name}`);
  await runQuietly('npm', ['run', 'build', '--workspace', workspace]);
  remember(name, print);
}
