// The API server's answers for people at a terminal: one line an object, refusals with their causes.
import { createColors } from 'picocolors';

/** One object and what the server says. */
export interface AnswerLine {
  source: { file: string; line: number };
  object: { kind: string; namespace?: string; name: string };
  code: number;
  reason?: string;
  message?: string;
  warnings: string[];
}

/** The answers as text that ends with a newline; `unread` counts the problems that kept something of the input from being read. */
export function admitText(answers: readonly AnswerLine[], { color, unread }: { color: boolean; unread: number }): string {
  const colors = createColors(color);
  const lines = answers.flatMap(({ source, object, code, reason, message, warnings }) => {
    const name = `${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`;
    const verdict = code < 300 ? colors.green('accepted') : colors.red(`refused ${code}${reason === undefined || reason === '' ? '' : ` ${reason}`}`);
    return [
      `${source.file}:${source.line}: ${name}: ${verdict}`,
      ...(message === undefined ? [] : [`    ${message}`]),
      ...warnings.map((warning) => `    ${colors.yellow('Warning:')} ${warning}`),
    ];
  });
  const refused = answers.filter(({ code }) => code >= 300).length;
  const verdict = `${answers.length} object${answers.length === 1 ? '' : 's'}: ${answers.length - refused} accepted, ${refused} refused${unread === 0 ? '' : `, ${unread} unreadable`}.  Exit ${refused + unread > 0 ? 1 : 0}.`;
  return `${[...lines, ...(lines.length > 0 ? [''] : []), verdict].join('\n')}\n`;
}
