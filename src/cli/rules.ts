// stowage rules: the list of rules, or one rule with its reason, examples and fix.
import { textTable } from '../util/textTable.js';
import type { Rule } from '../lint/rule.js';
import type { Arguments } from './flags.js';
import { loadRules } from './loadRules.js';
import type { CommandResult } from './command.js';
import { UsageError } from './usageError.js';

/** Runs the command. */
export async function rules(args: Arguments): Promise<CommandResult> {
  const all = loadRules();
  const [id] = args.paths;
  const chosen = id === undefined ? all : all.filter((rule) => rule.id === id);
  if (chosen.length === 0) throw new UsageError(`there is no rule ${JSON.stringify(id)}; stowage rules lists them`);
  return {
    exitStatus: 0,
    render(format) {
      if (format === 'json') return `${JSON.stringify({ apiVersion: 'stowage.dev/v1', kind: 'Rules', rules: chosen.map(facts) }, undefined, 2)}\n`;
      if (format !== 'text') throw new UsageError(`rules has no format ${JSON.stringify(format)}; it has text and json`);
      const [only] = chosen;
      if (id !== undefined && only !== undefined) return ruleText(only);
      return `${textTable(chosen.map((rule) => [rule.id, rule.family, rule.severity, rule.rationale.split('. ')[0] ?? ''])).join('\n')}\n`;
    },
  };
}

function facts({ id, family, severity, message, rationale, fix, examples }: Rule): object {
  return { id, family, severity, message, rationale, fix, examples };
}

function ruleText({ id, family, severity, message, rationale, fix, examples }: Rule): string {
  const shown = examples.flatMap(({ good, bad }) => [...(good === undefined ? [] : ['', 'Good:', indent(good)]), ...(bad === undefined ? [] : ['', 'Bad:', indent(bad)])]);
  return [`${id} (${family}, ${severity})`, '', `  ${message}`, '', `Why:  ${rationale}`, `Fix:  ${fix}`, ...shown, ''].join('\n');
}

function indent(text: string): string {
  return text.trimEnd().split('\n').map((line) => `    ${line}`).join('\n');
}
