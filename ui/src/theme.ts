/** Light or dark by choice, where tokens.css follows the system. The viewer page uses it, too. */

/** What tokens.css asks before it is dark. */
const ASKS = '(prefers-color-scheme: dark)';

const CONDITIONS = { system: ASKS, light: 'not all', dark: 'all' };

let rules: CSSMediaRule[] | undefined;

/** Has the page look light, dark, or as the system does. */
export function wear(theme: 'system' | 'light' | 'dark'): void {
  rules ??= [...document.styleSheets].flatMap(darkRules);
  for (const rule of rules) rule.media.mediaText = CONDITIONS[theme];
  // What the browser draws itself: scroll bars, form fields.
  document.documentElement.style.colorScheme = theme === 'system' ? '' : theme;
}

function darkRules(sheet: CSSStyleSheet): CSSMediaRule[] {
  const isDark = (rule: CSSRule): rule is CSSMediaRule =>
    rule instanceof CSSMediaRule && rule.media.mediaText === ASKS;
  return [...sheet.cssRules].filter(isDark);
}
