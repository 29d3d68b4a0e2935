import { readFlag, readLevel, type Parameters } from './parameters';

/** How the desktop fits into the page. */
export const SCALINGS = ['fit', 'remote', 'actual'] as const;
export type Scaling = (typeof SCALINGS)[number];

export interface Settings {
  /** `fit` scales the picture, `remote` resizes the desktop, `actual` shows it pixel by pixel. */
  scaling: Scaling;
  /** JPEG quality, 0 to 9. */
  quality: number;
  /** Compression, 0 (none) to 9 (slowest). */
  compression: number;
  /** Look, but touch nothing. */
  viewOnly: boolean;
}

export const DEFAULTS: Settings = { scaling: 'fit', quality: 6, compression: 2, viewOnly: false };

const KEY = 'porthole.viewer';

/** What a link demands, over what was chosen last time, over the defaults. */
export function loadSettings(parameters: Parameters, storage: Storage | undefined): Settings {
  return { ...DEFAULTS, ...remembered(storage), ...demanded(parameters) };
}

/** Remembers one choice for every desktop of this address, in this browser. */
export function rememberSetting(storage: Storage | undefined, choice: Partial<Settings>): void {
  try {
    storage?.setItem(KEY, JSON.stringify({ ...remembered(storage), ...choice }));
  } catch {
    // Full, or forbidden: the choice holds until the page is closed.
  }
}

/** The browser's storage, or nothing where it is switched off: there even asking for it throws. */
export function browserStorage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

function demanded(parameters: Parameters): Partial<Settings> {
  const scaling = demandedScaling(parameters);
  const quality = readLevel(parameters, 'quality');
  const compression = readLevel(parameters, 'compression');
  const viewOnly = readFlag(parameters, 'view_only');
  return {
    ...(scaling !== undefined && { scaling }),
    ...(quality !== undefined && { quality }),
    ...(compression !== undefined && { compression }),
    ...(viewOnly !== undefined && { viewOnly }),
  };
}

/** `resize` is the word of vnc.html, `scale` that of vnc_lite.html. */
function demandedScaling(parameters: Parameters): Scaling | undefined {
  switch (parameters.get('resize')) {
    case 'off':
      return 'actual';
    case 'scale':
      return 'fit';
    case 'remote':
      return 'remote';
    default:
      return readFlag(parameters, 'scale') === true ? 'fit' : undefined;
  }
}

/** Whatever the storage holds was perhaps written by another version: only what makes sense is taken. */
function remembered(storage: Storage | undefined): Partial<Settings> {
  const found: Record<string, unknown> = stored(storage);
  const isLevel = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 9;
  const scaling = SCALINGS.find((name) => name === found['scaling']);
  return {
    ...(scaling !== undefined && { scaling }),
    ...(isLevel(found['quality']) && { quality: found['quality'] }),
    ...(isLevel(found['compression']) && { compression: found['compression'] }),
    ...(typeof found['viewOnly'] === 'boolean' && { viewOnly: found['viewOnly'] }),
  };
}

function stored(storage: Storage | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(storage?.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
