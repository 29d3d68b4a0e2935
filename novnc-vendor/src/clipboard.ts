/**
 * The longest text that a clipboard takes, in bytes as it travels. Xtigervnc drops what is longer without a word, unless
 * it is told otherwise (`-MaxCutText`).
 */
export const LONGEST_TEXT = 256 * 1024;

/** How long a text is on its way, in bytes: UTF-8, and a line ends in two characters. */
export function lengthOf(text: string): number {
  const lines = text.match(/\n/g)?.length ?? 0;
  return new TextEncoder().encode(text).length + lines + 1;
}

/**
 * The browser's own clipboard. It exists only where the page came by https or from this machine, and each browser asks
 * for leave in its own way; where it is missing or refused, the clipboard panel does without.
 */
function clipboard(): Partial<Clipboard> | undefined {
  return (navigator as { clipboard?: Clipboard }).clipboard;
}

export function canReadClipboard(): boolean {
  return typeof clipboard()?.readText === 'function';
}

/** Puts text on the browser's clipboard; false where it does not let a page do that, or not now. */
export async function writeClipboard(text: string): Promise<boolean> {
  const writeText = clipboard()?.writeText;
  if (!writeText) return false;
  try {
    await writeText.call(clipboard(), text);
    return true;
  } catch {
    return false;
  }
}

/** Copies what is selected in a field, as the browser's own menu does. Plain http knows no other way. */
export function copySelection(field: HTMLTextAreaElement): boolean {
  field.focus();
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return document.execCommand('copy');
}

/** Reads the clipboard; the browser may ask the person first. */
export async function readClipboard(): Promise<string | undefined> {
  try {
    return await clipboard()?.readText?.();
  } catch {
    return undefined;
  }
}

/** Reads the clipboard if that asks nobody. */
export async function readClipboardSilently(): Promise<string | undefined> {
  try {
    // Chromium alone knows this name; elsewhere the query fails and nothing is read unasked.
    const { state } = await navigator.permissions.query({
      name: 'clipboard-read' as PermissionName,
    });
    return state === 'granted' && document.hasFocus() ? await readClipboard() : undefined;
  } catch {
    return undefined;
  }
}
