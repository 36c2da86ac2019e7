// How a generated parser goes on after an error: which tokens it drops or takes as given, where it takes up the thread, and what it says of it.
// Source: antlr4 runtime DefaultErrorStrategy; google/cel-go parser/parser.go (recoveryLimitErrorStrategy)

import type { CelIssue } from './celExpression.js';
import type { CelToken } from './lexer.js';

/** Marks that a rule may end here. */
export const END = 'ε';
const tokenOrder: readonly string[] = [
  '<EOF>', '==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?', ':', '+', '*', '/', '%',
  'true', 'false', 'null', 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER', 'ESC_IDENTIFIER',
];
const maxErrors = 100;
const maxRecoveries = 30;

/** Types of tokens. */
export type Tokens = ReadonlySet<string>;

/** A set of the types. */
export const setOf = (...tokens: string[]): Tokens => new Set(tokens);

/** Thrown within a rule, caught at the rule's edge. `site` names the place in the grammar. */
interface RecognitionFailure { readonly message: string; readonly offset: number; readonly site: string }
/** Thrown when no more recovery is wanted. */
const giveUp = Symbol('give up');

/** What the rules of a grammar are written in. */
export interface Recovery {
  /** What was found so far, in order. */
  readonly issues: CelIssue[];
  /** The token so many places ahead, 1 being the next. */
  la(ahead?: number): CelToken;
  /** True when the next token is one of the types. */
  is(...types: string[]): boolean;
  /** Takes the next token, which is known to fit. */
  accept(): void;
  /** Takes a token of the type; `next` is what may follow it within the rule. */
  match(type: string, next: Tokens, site: string): void;
  /** Before a choice: a token that fits nowhere is dropped or ends the rule. */
  sync(local: Tokens, site: string): void;
  /** As sync, where a loop begins again: everything up to a token that fits is dropped. */
  syncLoop(local: Tokens): void;
  /** What is thrown when none of the ways through a rule fits. */
  noAlternative(from: CelToken, offending: CelToken, site: string): RecognitionFailure;
  /** Reads a rule; what may follow it is known while it is read. */
  rule(follow: Tokens, body: () => void): void;
  /** Ends the reading with one last issue. */
  abandon(issue: CelIssue): never;
  /** Reads the whole text. */
  run(start: () => void): void;
}

/** Stands before the first of the tokens. */
export function createRecovery(tokens: readonly CelToken[], text: string): Recovery {
  const issues: CelIssue[] = [];
  let position = 0;
  let isRecovering = false;
  let recoveries = 0;
  let lastErrorPosition = -1;
  let lastErrorSites = new Set<string>();
  /** What may follow each rule that is being read, outermost first. */
  const follows: Tokens[] = [];

  const la = (ahead = 1): CelToken => tokens[Math.min(position + ahead - 1, tokens.length - 1)]!;
  const is = (...types: string[]): boolean => types.includes(la().type);
  const consume = (): void => { if (position < tokens.length - 1) position++; };
  const accept = (): void => {
    isRecovering = false;
    consume();
  };
  const display = (token: CelToken): string => `'${token.text.replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
  const printSet = (set: Tokens): string => {
    const names = tokenOrder.filter((name) => set.has(name)).map((name) => (name === '<EOF>' || /^[A-Z_]+$/.test(name) ? name : `'${name}'`));
    return names.length === 1 ? names[0]! : `{${names.join(', ')}}`;
  };

  /** Everything that may come next, the ends of open rules included. */
  const expected = (local: Tokens): Tokens => {
    const all = new Set(local);
    for (let index = follows.length - 1; all.has(END) && index >= 0; index--) {
      all.delete(END);
      for (const token of follows[index]!) all.add(token);
    }
    if (all.delete(END)) all.add('<EOF>');
    return all;
  };
  const recoverySet = (): Tokens => {
    const all = new Set<string>();
    for (const follow of follows) for (const token of follow) if (token !== END) all.add(token);
    return all;
  };
  const consumeUntil = (set: Tokens): void => { while (!is('<EOF>') && !set.has(la().type)) consume(); };
  const report = (offset: number, message: string): void => {
    const reserved = /no viable alternative at input '.(true|false|null)'/.exec(message);
    issues.push({ offset, message: `Syntax error: ${reserved === null ? message : message.replace(reserved[0], `mismatched input '${reserved[1]}' expecting IDENTIFIER`)}` });
    if (issues.length > maxErrors) throw giveUp;
  };
  const countRecovery = (): void => {
    if (recoveries++ < maxRecoveries) return;
    report(la().offset, `error recovery attempt limit exceeded: ${maxRecoveries}`);
    throw giveUp;
  };

  const mismatch = (local: Tokens, site: string): RecognitionFailure => ({ message: `mismatched input ${display(la())} expecting ${printSet(expected(local))}`, offset: la().offset, site });
  /** The text between two places as the parser knows it: tokens and white space, without what the lexer dropped. */
  const readableText = (start: number, end: number): string => {
    let read = '';
    let last = start;
    for (const token of tokens) {
      if (token.offset < start || token.offset >= end) continue;
      read += text.slice(last, token.offset).replace(/\S/gu, '') + text.slice(token.offset, token.offset + token.text.length);
      last = token.offset + token.text.length;
    }
    return read + (last < end ? text.slice(last, end).replace(/\S/gu, '') : '');
  };
  const noAlternative = (from: CelToken, offending: CelToken, site: string): RecognitionFailure => {
    const end = offending.type === '<EOF>' ? text.length : offending.offset + offending.text.length;
    const input = readableText(from.offset, end).replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
    return { message: `no viable alternative at input '${input}'`, offset: offending.offset, site };
  };
  const reportUnwanted = (local: Tokens): void => {
    if (isRecovering) return;
    isRecovering = true;
    report(la().offset, `extraneous input ${display(la())} expecting ${printSet(expected(local))}`);
  };
  /** Drops one token if the next is what is wanted. */
  const deleteOne = (local: Tokens): boolean => {
    if (!expected(local).has(la(2).type)) return false;
    reportUnwanted(local);
    consume();
    isRecovering = false;
    return true;
  };
  const sync = (local: Tokens, site: string): void => {
    if (isRecovering || local.has(la().type) || local.has(END)) return;
    if (!deleteOne(local)) throw mismatch(local, site);
  };
  const syncLoop = (local: Tokens): void => {
    if (isRecovering || local.has(la().type) || local.has(END)) return;
    reportUnwanted(local);
    consumeUntil(new Set([...expected(local), ...recoverySet()]));
  };
  const match = (type: string, next: Tokens, site: string): void => {
    if (la().type === type) return accept();
    countRecovery();
    const local = setOf(type);
    if (deleteOne(local)) { consume(); return; }
    if (!expected(next).has(la().type)) throw mismatch(local, site);
    if (isRecovering) return;
    isRecovering = true;
    report(la().offset, `missing ${printSet(expected(local))} at ${display(la())}`);
  };
  const rule = (follow: Tokens, body: () => void): void => {
    follows.push(follow);
    try {
      body();
    } catch (failure) {
      if (failure === giveUp || typeof failure !== 'object' || failure === null || !('site' in failure)) throw failure;
      const { message, offset, site } = failure as RecognitionFailure;
      if (!isRecovering) {
        isRecovering = true;
        report(offset, message);
      }
      countRecovery();
      if (lastErrorPosition === position && lastErrorSites.has(site)) consume();
      if (lastErrorPosition !== position) lastErrorSites = new Set();
      lastErrorPosition = position;
      lastErrorSites.add(site);
      consumeUntil(recoverySet());
    } finally {
      follows.pop();
    }
  };

  return {
    issues, la, is, accept, match, sync, syncLoop, noAlternative, rule,
    abandon(issue) {
      issues.push(issue);
      throw giveUp;
    },
    run(start) {
      try {
        start();
      } catch (failure) {
        if (failure !== giveUp) throw failure;
      }
    },
  };
}
