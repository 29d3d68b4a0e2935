/** Advice as people read it: words, and the command that follows them, if one does. */
export interface Advice {
  words: string;
  /** A line for a shell or a file, to be copied as it is. */
  command: string | undefined;
  /** What is still to be said after the command. */
  rest: string;
}

/** What the program may advise: commands by what they begin with, and a rule for sudo. */
const COMMAND =
  /: ((?:sudo|usermod|chage|chmod|mv|du|timedatectl) .+?|\S+ ALL=\(\S+\) NOPASSWD: ALL)(?=\.?$|[.,] | \()(.*)$/s;

/** Takes advice apart: a command in it comes after a colon and ends with the sentence, or where a bracket opens. */
export function readAdvice(text: string): Advice {
  const found = COMMAND.exec(text);
  const [whole = '', command, rest = ''] = found ?? [];
  if (command === undefined) return { words: text, command, rest: '' };
  const words = `${text.slice(0, text.length - whole.length)}:`;
  return { words, command, rest: rest.replace(/^[.,]/, '').trim() };
}
