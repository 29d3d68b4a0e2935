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

export async function writeClipboard(text: string): Promise<void> {
  try {
    await clipboard()?.writeText?.(text);
  } catch {
    // Not now, says the browser. The panel shows the text.
  }
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
