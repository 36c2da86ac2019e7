// What is wrong with text that is no CEL, in the words of the parser generator cel-go uses. Runs only once parsing has failed:
// it walks the grammar as a generated parser does, with that parser's ways to go on after an error.
// Source: google/cel-go parser/gen/CEL.g4; antlr4 runtime DefaultErrorStrategy

import type { CelIssue } from './celExpression.js';
import type { CelToken } from './lexer.js';

/** Marks that a rule may end here. */
const END = 'ε';
const tokenOrder: readonly string[] = [
  '<EOF>', '==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?', ':', '+', '*', '/', '%',
  'true', 'false', 'null', 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER', 'ESC_IDENTIFIER',
];
const literals = ['true', 'false', 'null', 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES'];
const startsPrimary = ['[', '{', '(', '.', '-', ...literals, 'IDENTIFIER'];
const startsExpression = [...startsPrimary, '!'];
const relations = ['==', '!=', 'in', '<', '<=', '>=', '>'];
const products = ['*', '/', '%'];
const sums = ['+', '-'];
const maxErrors = 100;
const maxRecoveries = 30;

type Tokens = ReadonlySet<string>;
const setOf = (...tokens: string[]): Tokens => new Set(tokens);
const afterExpression = setOf(END);
const startSet = setOf(...startsExpression);

/** Thrown within a rule, caught at the rule's edge. */
interface RecognitionFailure { readonly message: string; readonly offset: number; readonly site: string }
/** Thrown when no more recovery is wanted. */
const giveUp = Symbol('give up');

/** The issues of a token list that does not parse, in the order in which they are found. */
export function syntaxIssues(tokens: readonly CelToken[], text: string): CelIssue[] {
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
  /** Before a choice: a token that fits nowhere is dropped or ends the rule. */
  const sync = (local: Tokens, site: string, isLoopBack = false): void => {
    if (isRecovering || local.has(la().type) || local.has(END)) return;
    if (isLoopBack) {
      reportUnwanted(local);
      consumeUntil(new Set([...expected(local), ...recoverySet()]));
      return;
    }
    if (!deleteOne(local)) throw mismatch(local, site);
  };
  /** Takes a token; `next` is what may follow it within the rule. */
  const match = (type: string, next: Tokens, site: string): void => {
    if (la().type === type) { isRecovering = false; consume(); return; }
    countRecovery();
    const local = setOf(type);
    if (deleteOne(local)) { consume(); return; }
    if (!expected(next).has(la().type)) throw mismatch(local, site);
    if (isRecovering) return;
    isRecovering = true;
    report(la().offset, `missing ${printSet(expected(local))} at ${display(la())}`);
  };
  /** Reads a rule; what may follow it is known while it is read. */
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

  const expression = (follow: Tokens): void => rule(follow, () => {
    conditionalOr(setOf('?', END));
    sync(setOf('?', END), 'expr');
    if (!is('?')) return;
    match('?', startSet, 'expr?');
    conditionalOr(setOf(':'));
    match(':', startSet, 'expr:');
    expression(afterExpression);
  });
  const conditionalOr = (follow: Tokens): void => rule(follow, () => {
    const local = setOf('||', END);
    conditionalAnd(local);
    for (sync(local, 'or'); is('||'); sync(local, 'or', true)) { match('||', startSet, 'or||'); conditionalAnd(local); }
  });
  const conditionalAnd = (follow: Tokens): void => rule(follow, () => {
    const local = setOf('&&', END);
    relation(local, 0);
    for (sync(local, 'and'); is('&&'); sync(local, 'and', true)) { match('&&', startSet, 'and&&'); relation(local, 0); }
  });
  const relation = (follow: Tokens, precedence: number): void => rule(follow, () => {
    const local = setOf(...relations, END);
    calculation(local, 0);
    for (sync(local, 'relation'); is(...relations) && precedence <= 1; sync(local, 'relation', true)) {
      isRecovering = false;
      consume();
      relation(local, 2);
    }
  });
  const calculation = (follow: Tokens, precedence: number): void => rule(follow, () => {
    const local = setOf(...products, ...sums, END);
    unary(local);
    for (sync(local, 'calc'); (is(...products) && precedence <= 2) || (is(...sums) && precedence <= 1); sync(local, 'calc', true)) {
      const isProduct = is(...products);
      isRecovering = false;
      consume();
      calculation(local, isProduct ? 3 : 2);
    }
  });
  const unary = (follow: Tokens): void => rule(follow, () => {
    sync(startSet, 'unary');
    const after = setOf(END);
    if (is('!')) {
      const local = setOf('!', ...startsPrimary);
      do { match('!', local, 'not'); sync(local, 'not', true); } while (is('!'));
      member(after);
    } else if (is('-') && !['NUM_INT', 'NUM_FLOAT'].includes(la(2).type)) {
      if (!startsPrimary.includes(la(2).type)) throw noAlternative(la(), la(2), 'unary');
      do {
        match('-', setOf(...startsPrimary), 'negate');
        if (is('-') && !startsPrimary.includes(la(2).type)) throw noAlternative(la(), la(2), 'negate');
      } while (is('-') && !['NUM_INT', 'NUM_FLOAT'].includes(la(2).type));
      member(after);
    } else member(after);
  });
  const member = (follow: Tokens): void => rule(follow, () => {
    const local = setOf('.', '[', END);
    primary(local);
    for (sync(local, 'member'); is('.', '['); sync(local, 'member', true)) {
      if (is('[')) {
        match('[', setOf('?', ...startsExpression), 'index');
        sync(setOf('?', ...startsExpression), 'index?');
        if (is('?')) match('?', startSet, 'index?');
        expression(setOf(']'));
        match(']', local, 'index]');
        continue;
      }
      const next = la(2).type;
      if (next !== '?' && next !== 'IDENTIFIER' && next !== 'ESC_IDENTIFIER') throw noAlternative(la(), la(2), 'member');
      if (next === 'IDENTIFIER' && la(3).type === '(') {
        match('.', setOf('IDENTIFIER'), 'call.');
        match('IDENTIFIER', setOf('('), 'callName');
        argumentList(local);
        continue;
      }
      match('.', setOf('?', 'IDENTIFIER', 'ESC_IDENTIFIER'), 'select.');
      if (is('?')) match('?', setOf('IDENTIFIER', 'ESC_IDENTIFIER'), 'select?');
      escapedIdentifier(local);
    }
  });
  const argumentList = (next: Tokens): void => {
    match('(', setOf(')', ...startsExpression), 'arguments(');
    sync(setOf(')', ...startsExpression), 'arguments');
    if (is(...startsExpression)) {
      rule(setOf(')'), () => {
        const local = setOf(',', END);
        expression(local);
        for (sync(local, 'exprList'); is(','); sync(local, 'exprList', true)) { match(',', startSet, 'exprList,'); expression(local); }
      });
    }
    match(')', next, 'arguments)');
  };
  const escapedIdentifier = (follow: Tokens): void => rule(follow, () => {
    const local = setOf('IDENTIFIER', 'ESC_IDENTIFIER');
    sync(local, 'escapeIdent');
    if (!is('IDENTIFIER', 'ESC_IDENTIFIER')) throw noAlternative(la(), la(), 'escapeIdent');
    match(la().type, setOf(END), 'escapeIdent');
  });
  const primary = (follow: Tokens): void => rule(follow, () => {
    sync(setOf(...startsPrimary), 'primary');
    const end = setOf(END);
    switch (la().type) {
      case '(':
        match('(', startSet, 'nested(');
        expression(setOf(')'));
        match(')', end, 'nested)');
        return;
      case '[':
        match('[', setOf('?', ',', ']', ...startsExpression), 'list[');
        sync(setOf('?', ',', ']', ...startsExpression), 'list');
        if (is('?', ...startsExpression)) rule(setOf(',', ']'), () => commaList(() => optionalExpression(setOf(',', END)), 'listInit'));
        sync(setOf(',', ']'), 'list,');
        if (is(',')) match(',', setOf(']'), 'list,');
        match(']', end, 'list]');
        return;
      case '{':
        match('{', setOf('?', ',', '}', ...startsExpression), 'map{');
        sync(setOf('?', ',', '}', ...startsExpression), 'map');
        if (is('?', ...startsExpression)) {
          rule(setOf(',', '}'), () => commaList(() => {
            optionalExpression(setOf(':'));
            match(':', startSet, 'map:');
            expression(setOf(',', END));
          }, 'mapInit'));
        }
        sync(setOf(',', '}'), 'map,');
        if (is(',')) match(',', setOf('}'), 'map,');
        match('}', end, 'map}');
        return;
      case '.':
        if (la(2).type !== 'IDENTIFIER') throw noAlternative(la(), la(2), 'primary');
        named(end);
        return;
      case 'IDENTIFIER': named(end); return;
      default: literal(end);
    }
  });
  /** Items with commas between them; a comma before the closing bracket is left for it. */
  const commaList = (item: () => void, site: string): void => {
    item();
    const local = setOf(',', END);
    for (sync(local, site); is(',') && ['?', ...startsExpression].includes(la(2).type); sync(local, site, true)) {
      match(',', setOf('?', ...startsExpression), `${site},`);
      item();
    }
  };
  const optionalExpression = (follow: Tokens): void => rule(follow, () => {
    sync(setOf('?', ...startsExpression), 'optExpr');
    if (is('?')) match('?', startSet, 'optExpr?');
    expression(afterExpression);
  });
  /** An identifier, a call or a message. */
  const named = (end: Tokens): void => {
    const dot = is('.') ? 1 : 0;
    let ahead = 2 + dot;
    while (la(ahead).type === '.' && la(ahead + 1).type === 'IDENTIFIER') ahead += 2;
    const isMessage = la(ahead).type === '{';
    if (dot === 1) match('.', setOf('IDENTIFIER'), 'named.');
    match('IDENTIFIER', setOf('(', '.', '{', END), 'named');
    if (!isMessage) {
      if (is('(')) argumentList(end);
      return;
    }
    while (is('.')) { match('.', setOf('IDENTIFIER'), 'message.'); match('IDENTIFIER', setOf('.', '{'), 'message'); }
    const names = ['?', 'IDENTIFIER', 'ESC_IDENTIFIER'];
    match('{', setOf(...names, ',', '}'), 'message{');
    sync(setOf(...names, ',', '}'), 'messageFields');
    if (is(...names)) {
      rule(setOf(',', '}'), () => {
        const field = (): void => {
          rule(setOf(':'), () => {
            sync(setOf(...names), 'optField');
            if (is('?')) match('?', setOf('IDENTIFIER', 'ESC_IDENTIFIER'), 'optField?');
            escapedIdentifier(setOf(END));
          });
          match(':', startSet, 'field:');
          expression(setOf(',', END));
        };
        field();
        const local = setOf(',', END);
        for (sync(local, 'fields'); is(',') && names.includes(la(2).type); sync(local, 'fields', true)) { match(',', setOf(...names), 'fields,'); field(); }
      });
    }
    sync(setOf(',', '}'), 'message,');
    if (is(',')) match(',', setOf('}'), 'message,');
    match('}', end, 'message}');
  };
  const literal = (follow: Tokens): void => rule(follow, () => {
    sync(setOf('-', ...literals), 'literal');
    if (is('-')) {
      const next = la(2).type;
      if (next !== 'NUM_INT' && next !== 'NUM_FLOAT') throw noAlternative(la(), la(2), 'literal');
      match('-', setOf('NUM_INT', 'NUM_FLOAT'), 'literal-');
    } else if (!literals.includes(la().type)) throw noAlternative(la(), la(), 'literal');
    match(la().type, setOf(END), 'literal');
  });

  try {
    rule(new Set(), () => {
      expression(setOf('<EOF>'));
      match('<EOF>', setOf(END), 'start');
    });
  } catch (failure) {
    if (failure !== giveUp) throw failure;
  }
  return issues;
}
