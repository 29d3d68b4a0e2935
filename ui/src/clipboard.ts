/** Puts `text` on the clipboard; false where the system does not allow it. Only in answer to a click or a key. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
