/** Light or dark by choice, where tokens.css follows the system. */

type Theme = 'system' | 'light' | 'dark';

/** What tokens.css asks before it is dark, and what it is made to ask. No other rule of ours asks any of it. */
const CONDITIONS: Record<Theme, string> = {
  system: '(prefers-color-scheme: dark)',
  light: 'not all',
  dark: 'all',
};

/** What the page is to look like. */
let worn: Theme = 'system';

/** Has the page look light, dark, or as the system does. */
export function wear(theme: Theme): void {
  worn = theme;
  dress();
  // A script may run before the style sheets are there.
  if (document.readyState !== 'complete') addEventListener('load', dress, { once: true });
}

function dress(): void {
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (asks(rule)) rule.media.mediaText = CONDITIONS[worn];
    }
  }
  // What the browser draws itself: scroll bars, form fields.
  document.documentElement.style.colorScheme = worn === 'system' ? '' : worn;
}

function asks(rule: CSSRule): rule is CSSMediaRule {
  return rule instanceof CSSMediaRule && Object.values(CONDITIONS).includes(rule.media.mediaText);
}
